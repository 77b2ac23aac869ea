"""Places for the nodes of a directed graph without circles, layer by layer."""


def layers(nodes: list, edges: list) -> dict:
    """Return for each node the length of the longest path to it.

    Args:
        nodes: in an order in which edges point forward.
        edges: pairs (from, to).
    """
    layer = {}
    for node in nodes:
        layer[node] = max((layer[u] + 1 for u, v in edges if v == node), default=0)
    return layer


def forward(nodes: list, edges: list) -> tuple[list, list]:
    """Return the nodes in an order in which edges point forward, and those edges.

    An edge that would close a circle is left out; earlier nodes keep their place
    where the edges allow it.

    Args:
        nodes: in the order that is preferred.
        edges: pairs (from, to).
    """
    kept, before = [], {node: set() for node in nodes}
    for u, v in edges:
        if u != v and v not in before[u]:
            kept.append((u, v))
            for node in nodes:
                if node == v or v in before[node]:
                    before[node] |= before[u] | {u}
    order, left = [], list(nodes)
    while left:
        node = next(n for n in left if before[n] <= set(order))
        order.append(node)
        left.remove(node)
    return order, kept


def columns(nodes: list, edges: list) -> tuple[list[list], list[list]]:
    """Return columns of nodes with few crossings, and each edge as a path through them.

    An edge over several layers passes through one stand-in (from, to, layer) in each
    layer between.

    Args:
        nodes: in the order that is preferred.
        edges: pairs (from, to).
    """
    nodes, edges = forward(nodes, edges)
    layer = layers(nodes, edges)
    placed = [[n for n in nodes if layer[n] == k]
              for k in range(max(layer.values(), default=-1) + 1)]
    paths = []
    for u, v in edges:
        between = [(u, v, k) for k in range(layer[u] + 1, layer[v])]
        for stand_in in between:
            placed[stand_in[2]].append(stand_in)
        paths.append([u, *between, v])
    pairs = [pair for path in paths for pair in zip(path, path[1:])]
    for _ in range(4):
        for k in range(1, len(placed)):
            placed[k] = _sorted(placed[k], placed[k - 1], pairs)
        for k in reversed(range(len(placed) - 1)):
            turned = [(v, u) for u, v in pairs]
            placed[k] = _sorted(placed[k], placed[k + 1], turned)
    return placed, paths


def _sorted(column: list, neighbours: list, pairs: list) -> list:
    """Sort a column by the mean place of what its nodes are joined to."""
    place = {node: k for k, node in enumerate(neighbours)}

    def mean(node):
        joined = [place[u] for u, v in pairs if v == node and u in place]
        return sum(joined) / len(joined) if joined else own[node]

    own = {node: k for k, node in enumerate(column)}
    return sorted(column, key=mean)
