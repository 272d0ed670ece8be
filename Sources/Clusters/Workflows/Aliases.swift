import HostBook

/// A cluster's part of the alias book.
struct Aliases {
  let context: ClusterContext

  /// Puts all nodes into the book with their pinned keys, in place of what the cluster had.
  func write(_ cluster: ClusterRecord, _ nodes: [Node]) throws(BookError) {
    let key = context.spec(cluster).identityFile
    let entries = nodes.map { node in
      AliasEntry(
        alias: NodeName.alias(cluster: cluster.name, rank: node.rank),
        node: .init(
          cluster: cluster.name, rank: node.rank, incarnation: cluster.incarnation, state: .up,
          infra: cluster.infra),
        hostname: node.hostname, port: node.port, user: node.user,
        identityFile: node.usesClusterKey ? key : nil, proxy: node.proxy, options: node.options)
    }
    try context.book.change { (book, pins) throws(BookError) in
      try book.replaceCluster(cluster.name, with: entries)
      pins.retire(cluster: cluster.name, keeping: cluster.incarnation)
      for (entry, node) in zip(entries, nodes) {
        try pins.set(entry.hostKeyAlias, keys: node.hostKeys)
      }
    }
  }

  /// The nodes are known to be stopped, or to be up again.
  func mark(_ state: AliasEntry.State, _ cluster: String) throws(BookError) {
    try context.book.change { (book, _) throws(BookError) in book.setState(state, of: cluster) }
  }

  /// Removes the cluster's aliases and pinned keys; none is no error.
  func remove(_ cluster: String) throws(BookError) {
    try context.book.change(mayEmpty: true) { (book, pins) throws(BookError) in
      book.removeCluster(cluster)
      pins.retire(cluster: cluster)
    }
  }

  /// Ends ssh's shared connections to the nodes, which would hold on to dead ones.
  func closeSockets(_ cluster: String) throws(BookError) {
    Sockets(context.home).close(try context.book.read().nodes(of: cluster))
  }
}
