import ArgumentParser

extension CompletionKind {
  /// The names of clusters, as the shell's completion offers them.
  static var clusters: CompletionKind {
    .custom { _, _, _ in
      guard let context = try? SkyContext.live() else { return [] }
      return (try? BookStoreNames.clusters(context.home)) ?? []
    }
  }

  /// All aliases of the book.
  static var aliases: CompletionKind {
    .custom { _, _, _ in
      guard let context = try? SkyContext.live() else { return [] }
      return (try? BookStoreNames.aliases(context.home)) ?? []
    }
  }
}
