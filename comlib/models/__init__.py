"""Models: recurrences with weights, and adapters for those of others."""

from .adapters import CausalAttention as CausalAttention
from .adapters import TorchRecurrent as TorchRecurrent
from .causal import CausalModule as CausalModule
from .gated import GatedUnit as GatedUnit
from .initialisations import ring_factors as ring_factors
from .initialisations import s4d_eigenvalues as s4d_eigenvalues
from .maps import Direct as Direct
from .maps import Exp as Exp
from .maps import InverseQuadratic as InverseQuadratic
from .maps import Reciprocal as Reciprocal
from .maps import ReLU as ReLU
from .maps import Sigmoid as Sigmoid
from .maps import Softplus as Softplus
from .maps import Square as Square
from .networks import RNN as RNN
from .networks import SSM as SSM
from .parameterizations import Parameterization as Parameterization
from .recurrent import RecurrentModel as RecurrentModel
from .s4d import S4D as S4D
from .stack import Layer as Layer
from .stack import Stack as Stack
from .unit_gain import UnitGain as UnitGain
