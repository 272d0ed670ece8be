import Yams

extension TaskFile {
  /// The task file as YAML with the value of every secret taken out (null), and without comments.
  ///
  /// To be remembered: it parses to the same task once the secrets are given again. A value elsewhere
  /// that is the same as a secret's is taken out too.
  public static func textWithoutSecrets(
    _ bytes: [UInt8], file: String
  ) throws(TaskError) -> String {
    let root = try YAMLDocument.root(of: bytes, file: file)
    let task = try TaskFile(parsing: bytes, file: file)
    var hiding = Hiding(secrets: task.secrets)
    do {
      let node = try hiding.hide(root.node)
      return try serialize(node: node, width: -1, allowUnicode: true)
    } catch {
      throw root.error(.syntax, "is too large to be remembered without its secrets")
    }
  }
}

/// Walks over a document and leaves out what is secret.
private struct Hiding {
  struct TooLarge: Error {}

  let names: YAMLNode
  let values: Set<String>
  /// Anchors can make a small file unfold into a huge tree.
  var budget = 100_000

  init(secrets: [VariableField]) {
    names = YAMLNode(
      secrets.map { (YAMLNode($0.name.value), YAMLNode("null", .implicit, .plain)) })
    values = Set(secrets.compactMap { $0.value?.value }.filter { $0.count >= 4 })
  }

  mutating func hide(_ node: YAMLNode) throws -> YAMLNode {
    budget -= 1
    guard budget > 0 else { throw TooLarge() }
    if let pairs = node.mapping {
      var kept: [(YAMLNode, YAMLNode)] = []
      for (key, value) in pairs {
        let isSecrets = key.scalar?.string == "secrets" && value.mapping != nil
        kept.append((key, isSecrets ? names : try hide(value)))
      }
      return YAMLNode(kept)
    }
    if let list = node.sequence {
      var kept: [YAMLNode] = []
      for item in list { kept.append(try hide(item)) }
      return YAMLNode(kept)
    }
    guard let scalar = node.scalar, values.contains(scalar.string) else { return node }
    return YAMLNode("null", .implicit, .plain)
  }
}
