"""What comlib is compared with: a loop as one writes it, a cleaner one, torch's own."""

import torch
from torch import Tensor

from comlib.models import RecurrentModel
from comlib.models.activations import ACTIVATIONS
from comlib.models.scan import scan


def naive_response(model: RecurrentModel, x: Tensor, keep: bool = True) -> Tensor:
    """Return y, cutting each sample out of the drive and forming W in each step.

    Args:
        model: a single network.
        x: (batch, time, d_in).
        keep: Euler steps, else h_k = sigma(z_k).
    """
    drive = x @ model.U.T if model.b is None else x @ model.U.T + model.b
    sigma, h, states = ACTIVATIONS[model.activation], torch.zeros_like(drive[:, :1]), []
    for i in range(x.shape[1]):
        product = h * model.W if model.diagonal else h @ model.W.T
        s = sigma(product + drive[:, i : i + 1, :])
        h = h + model.dt * s if keep else s
        states.append(h)
    return torch.cat(states, 1) @ model.c.T


def loop_response(model: RecurrentModel, x: Tensor, keep: bool = True) -> Tensor:
    """Return y by the plain scan: samples unbound, W formed once.

    Args:
        model: a single network.
        x: (batch, time, d_in).
        keep: Euler steps, else h_k = sigma(z_k).
    """
    drive = x @ model.U.T if model.b is None else x @ model.U.T + model.b
    states = scan(model.W, drive, diagonal=model.diagonal,
                  activation=model.activation, dt=model.dt if keep else None)
    return states @ model.c.T


def torch_network(model: RecurrentModel) -> torch.nn.RNN:
    """Return torch.nn.RNN with the weights of a dense network with bias.

    Args:
        model: a single network, tanh or relu.
    """
    network = torch.nn.RNN(model.d_in, model.width, batch_first=True,
                           nonlinearity=model.activation, dtype=model.c.dtype,
                           device=model.c.device)
    with torch.no_grad():
        network.weight_hh_l0.copy_(model.W)
        network.weight_ih_l0.copy_(model.U)
        network.bias_ih_l0.copy_(model.b)
        network.bias_hh_l0.zero_()
    return network
