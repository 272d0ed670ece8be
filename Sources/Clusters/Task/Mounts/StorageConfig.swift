extension StorageField {
  /// `config.mount` and `config.mount_cached`.
  mutating func read(config: YAMLValue) throws(TaskError) {
    let fields = try Fields(config, known: ["mount", "mount_cached"])
    if let mount = fields["mount"] {
      try check(mount, belongsTo: .mount)
      let options = try Fields(mount, known: ["read_only"])
      if let value = options["read_only"] { readOnly = try value.bool() }
    }
    if let cached = fields["mount_cached"] {
      try check(cached, belongsTo: .mountCached)
      try read(cached: cached)
    }
  }

  private func check(_ value: YAMLValue, belongsTo mode: StorageSpec.Mode) throws(TaskError) {
    guard (self.mode?.value ?? .mount) == mode else {
      throw value.bad("works with `mode: \(mode.rawValue)` only")
    }
  }

  private mutating func read(cached: YAMLValue) throws(TaskError) {
    let fields = try Fields(
      cached, known: ["transfers", "read_only"] + Self.sizes + Self.times + Self.counts)
    for entry in fields.entries where !entry.value.isNull {
      let option = entry.key.split(separator: "_").joined(separator: "-")
      switch entry.key {
      case "transfers": cache.transfers = try entry.value.int(1...1000)
      case "read_only": readOnly = try entry.value.bool()
      case let key where Self.counts.contains(key):
        cache.options[option] = String(try entry.value.int(0...1000))
      case let key where Self.times.contains(key):
        cache.options[option] = try Self.time(entry.value)
      default: cache.options[option] = try Self.size(entry.value)
      }
    }
  }

  private static let sizes = [
    "buffer_size", "vfs_cache_max_size", "vfs_read_ahead", "vfs_read_chunk_size",
  ]
  private static let times = ["vfs_cache_max_age", "vfs_write_back"]
  private static let counts = ["vfs_read_chunk_streams"]

  /// rclone's sizes: a number, KiB when it has no suffix (rclone.org/docs, "Size options").
  private static func size(_ value: YAMLValue) throws(TaskError) -> String {
    let isWord = value.scalar == .text || value.number != nil
    guard isWord else { throw value.mustBe("a size such as 20G") }
    guard value.word.wholeMatch(of: /[0-9]+(\.[0-9]+)?([bBkKmMgGtTpP]i?B?)?|off/) != nil else {
      throw value.bad("is \"\(value.word)\"", advice: "Write a size such as 512M or 20G.")
    }
    return value.word
  }

  /// rclone's times: `1h30m`, `5s`; seconds when it has no suffix.
  private static func time(_ value: YAMLValue) throws(TaskError) -> String {
    let isWord = value.scalar == .text || value.number != nil
    guard isWord else { throw value.mustBe("a time such as 5s") }
    guard value.word.wholeMatch(of: /[0-9]+|([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w|M|y))+/) != nil else {
      throw value.bad("is \"\(value.word)\"", advice: "Write a time such as 5s or 1h30m.")
    }
    return value.word
  }
}
