"""Preselection of nodes of the scene that belong together by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["matching_nodes"]


def matching_nodes(nodes: Sequence[Any], words: Mapping[str, str], required: str) -> dict[str, Any]:
    """Node by role: the newest node of the required role, and the nodes of the other roles that belong to it.

    Nodes belong together if their names differ in the word of the role alone ("case 7 left", "case 7 right"), so that
    two patients are never mixed. Other names are accepted if there is exactly one node of the required role and one of
    that role. Without a node of the required role, the first node without any role takes it.

    Parameters
    ----------
    nodes
        In the order in which they were added.
    words
        Regular expression by role, matched in lower case names.
    required
        The role without which there is no case.
    """
    found = {role: [node for node in nodes if re.search(word, _name(node))] for role, word in words.items()}
    if not found[required]:
        others = [node for node in nodes if not any(node in named for named in found.values())]
        return {required: others[0]} if others else {}
    chosen = {required: found[required][-1]}
    rest = re.sub(words[required], "", _name(chosen[required]))
    for role, word in words.items():
        if role == required:
            continue
        sisters = [node for node in found[role] if re.sub(word, "", _name(node)) == rest]
        if not sisters and len(found[required]) == len(found[role]) == 1:
            sisters = found[role]
        if sisters:
            chosen[role] = sisters[-1]
    return chosen


def _name(node: Any) -> str:
    return (node.GetName() or "").lower()
