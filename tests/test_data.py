"""Recordings: where they come from, what is refused, and how windows are cut."""

import hashlib
import urllib.request
from io import BytesIO
from urllib.error import URLError

import numpy as np
import pytest
import torch
from scipy import io

from comlib import InputError, white_noise
from comlib.data import (Recording, delayed_windows, explained, load_eeg, load_s1,
                         recordings, standardised, surrogate_s1)
from comlib.functional import DTYPE


def content(break_at=30):
    """A small file like the recording's: the cursor jumps before bin ``break_at``."""
    draw = np.random.default_rng(0)
    vel = draw.normal(size=(60, 2)).cumsum(0)
    pos = np.vstack([np.zeros(2), (0.05 * (vel[1:] + vel[:-1]) / 2).cumsum(0)])
    pos[break_at:] += 3.0
    file = BytesIO()
    io.savemat(file, {"spikes": draw.poisson(1.0, (60, 3)).astype(np.uint8),
                      "vel": vel, "pos": pos})
    return file.getvalue()


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """No file is known, and the internet is not asked."""
    monkeypatch.delenv("S1_DATA", raising=False)
    monkeypatch.setattr(urllib.request, "urlopen", None)
    return tmp_path


@pytest.fixture
def small(nowhere, monkeypatch):
    """The small file takes the place of the recording's."""
    path = nowhere / "s1.mat"
    path.write_bytes(content())
    monkeypatch.setattr(recordings, "S1_SIZE", len(content()))
    return path, hashlib.sha256(content()).hexdigest()


def test_a_file_is_read_and_its_jump_found(small, monkeypatch):
    path, checksum = small
    data = load_s1(path, sha256=checksum)
    assert data.x.shape == (60, 3) and data.y.shape == (60, 2)
    assert data.x.dtype == DTYPE and data.breaks == (30,) and data.dt == 0.05
    assert "recording" in data.source and checksum[:8] in data.source
    monkeypatch.setenv("S1_DATA", str(path))
    assert torch.equal(load_s1(sha256=None).y, data.y)


def test_the_cache_comes_before_the_surrogate(small, nowhere):
    path, checksum = small
    path.rename(nowhere / "s1_data.mat")
    assert len(load_s1(cache=nowhere, sha256=checksum)) == 60


def test_without_a_file_there_is_a_surrogate_that_says_so(nowhere):
    data = load_s1(cache=nowhere)
    assert data.x.shape == (35129, 52) and "GENERATED" in data.source
    with pytest.raises(InputError, match="path: must name the recording's file"):
        load_s1(cache=nowhere, surrogate=False)


def test_what_is_not_the_recording_is_refused_by_name(small):
    path, checksum = small
    with pytest.raises(InputError, match="path: must be a file that exists"):
        load_s1(path.with_name("none.mat"))
    with pytest.raises(InputError, match=r"sha256: of .*s1.mat must be f6bbe2713563"):
        load_s1(path)
    path.write_bytes(content()[:-100])
    with pytest.raises(InputError, match="it was cut short"):
        load_s1(path, sha256=checksum)
    with pytest.raises(InputError, match="path: must hold spikes, vel and pos"):
        load_s1(path, sha256=None)
    path.write_bytes(b"no such format")
    with pytest.raises(InputError, match="path: must hold spikes, vel and pos"):
        load_s1(path, sha256=None)


def test_a_pickle_is_never_opened(small):
    import pickle
    path, _ = small
    path.write_bytes(pickle.dumps({"spikes": [1]}))
    with pytest.raises(InputError, match="MATLAB 5 format"):
        load_s1(path, sha256=None)


def test_a_download_is_checked_before_it_is_kept(small, nowhere, monkeypatch):
    _, checksum = small
    answers = [content()[:-100], content()]
    monkeypatch.setattr(urllib.request, "urlopen",
                        lambda *_, **__: BytesIO(answers.pop(0)))
    cache = nowhere / "cache"
    with pytest.raises(InputError, match="it was cut short"):
        load_s1(cache=cache, download=True, sha256=checksum)
    assert not cache.exists()
    assert len(load_s1(cache=cache, download=True, sha256=checksum)) == 60
    assert [p.name for p in cache.iterdir()] == ["s1_data.mat"] and not answers
    assert len(load_s1(cache=cache, download=True, sha256=checksum)) == 60


def test_without_internet_the_surrogate_says_why(nowhere, monkeypatch):
    def fails(*_, **__):
        raise URLError("no route")

    monkeypatch.setattr(urllib.request, "urlopen", fails)
    assert "no download: URLError" in load_s1(cache=nowhere, download=True).source


def test_the_surrogate_moves_and_fires_like_the_recording():
    spikes, velocity = surrogate_s1(20000, seed=1)
    again = surrogate_s1(20000, seed=1)
    assert torch.equal(spikes, again[0]) and torch.equal(velocity, again[1])
    assert (spikes == spikes.round()).all() and (spikes >= 0).all()
    v = (velocity - velocity.mean(0)) / velocity.std(0)
    for lag, wanted in {1: 0.930, 2: 0.774, 4: 0.404, 8: 0.104}.items():
        assert (v[lag:] * v[:-lag]).mean() == pytest.approx(wanted, abs=0.13)
    assert spikes.mean() / 0.05 == pytest.approx(9.2, rel=0.3)


def test_the_eeg_of_matplotlib_is_there():
    data = load_eeg()
    assert data.x.shape == (800, 3) and data.y.shape == (800, 1)
    assert torch.isfinite(data.x).all() and data.x.std(0).min() > 1e-3


def ramp(breaks=()):
    t = torch.arange(20, dtype=DTYPE)[:, None]
    return Recording(t, -t, 1.0, "a ramp", breaks)


@pytest.mark.parametrize("delay, firsts", [(0, [0, 4, 7, 11, 15]), (2, [2, 9, 13])])
def test_windows_stay_within_a_stretch_and_outputs_are_late(delay, firsts):
    x, y = delayed_windows(ramp((7,)), 3 if not delay else 4, delay,
                           stride=4)
    assert x[:, 0, 0].tolist() == firsts
    assert torch.equal(y, -(x - delay))


def test_no_window_crosses_a_break():
    x, y = delayed_windows(ramp((5, 12)), 3, 1, start=2, stop=18, stride=1)
    for k in (5, 12):
        assert not ((x.min(1).values < k) & (x.max(1).values >= k)).any()
        assert not ((-y.max(1).values < k) & (x.max(1).values >= k)).any()
    assert x.min() == 6 and x.max() == 17 and len(x) == 4 + 3  # and none before 5


def test_standardised_uses_the_training_part_only():
    data = Recording(white_noise(1, 50, 4, dt=1.0, seed=0)[0] * 3 + 1,
                     white_noise(1, 50, dt=1.0, seed=1)[0] - 2, 0.1, "noise")
    scaled = standardised(data, 30)
    assert torch.allclose(scaled.x[:30].mean(0), torch.zeros(4, dtype=DTYPE))
    assert torch.allclose(scaled.x[:30].square().mean(0), torch.full((4,), 0.25,
                                                                     dtype=DTYPE))
    assert scaled.y[:30].var(0, correction=0).item() == pytest.approx(1.0)
    assert scaled.y.mean().abs() > 1e-3


def test_a_right_prediction_explains_all_and_the_mean_nothing():
    x = white_noise(30, 5, 2, dt=1.0, seed=0)
    L = white_noise(5, 3, 2, dt=1.0, seed=1)
    y = sum(x[:, 4 - j:5 - j] @ L[j].mT for j in range(5)).expand(30, 5, 3)
    assert torch.allclose(explained(L, x, y), torch.ones(3, dtype=DTYPE))
    y = y - y.mean(0)
    assert torch.allclose(explained(0 * L, x, y), torch.zeros(3, dtype=DTYPE),
                          atol=1e-12)
    half = explained(torch.stack([L, 0 * L]), x, y + 1)
    assert half.shape == (2, 3)


def test_bad_recordings_and_windows_are_named():
    with pytest.raises(InputError, match="breaks: must rise"):
        ramp((20,))
    with pytest.raises(InputError, match="length: must fit"):
        delayed_windows(ramp((10,)), 9, 5)
    with pytest.raises(InputError, match="start, stop"):
        delayed_windows(ramp(), 3, start=5, stop=5)
    with pytest.raises(InputError, match="recording: must vary"):
        standardised(Recording(0 * ramp().x, ramp().y, 1.0, "still"), 10)
    x, y = delayed_windows(ramp(), 3)
    with pytest.raises(InputError, match="kernels: must have the windows'"):
        explained(torch.ones(4, 1, 1, dtype=DTYPE), x, y)
    with pytest.raises(InputError, match="y: must vary"):
        explained(torch.ones(3, 1, 1, dtype=DTYPE), x, 0 * y)
