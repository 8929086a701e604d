"""Implicit head: the ball it starts from, points and codes."""

from __future__ import annotations

import torch

from GenerativeModelsLib.models.implicit_head import ImplicitHead


def test_a_perceptron_that_says_nothing_is_a_ball_of_size_one() -> None:
    net = ImplicitHead(code=4, width=8, depth=3)
    torch.nn.init.zeros_(net.last.weight)
    points = torch.randn(5, 3)
    assert torch.allclose(net(torch.randn(2, 4), points), (points.norm(dim=1) - 1).expand(2, -1))


def test_points_are_shared_by_the_codes_or_their_own() -> None:
    net = ImplicitHead(code=4, width=8, depth=4)
    codes, points = torch.randn(2, 4), torch.randn(5, 3)
    shared = net(codes, points)
    assert shared.shape == (2, 5)
    assert torch.allclose(shared, net(codes, points.expand(2, -1, -1)), atol=1e-6)
    assert torch.allclose(shared[1:], net(codes[1:], points), atol=1e-6)
    assert not torch.allclose(shared[0], shared[1])


def test_code_and_point_enter_the_first_layer_and_the_middle_one() -> None:
    net = ImplicitHead(code=4, width=8, depth=4)
    for entry in (0, 1):
        fresh = ImplicitHead(code=4, width=8, depth=4)
        fresh.load_state_dict(net.state_dict())
        torch.nn.init.zeros_(fresh.of_code[entry].weight)
        code, points = torch.randn(1, 4), torch.randn(3, 3)
        assert not torch.allclose(fresh(code, points), net(code, points))
        assert not torch.allclose(fresh(code, points), fresh(2 * code, points))  # by the other entry
