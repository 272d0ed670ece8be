@testable import Clusters

/// Everything that a task means, one thing a line, for tables.
func summary(_ task: ClusterTask) -> String {
  var lines: [String] = []
  func add(_ key: String, _ value: String?) {
    if let value { lines.append("\(key): \(value)") }
  }
  add("name", task.name)
  switch task.workdir {
  case nil: break
  case .folder(let path): add("workdir", path.value)
  case .git(let url, let ref): add("workdir", "git \(url.value) at \(ref?.value ?? "default")")
  }
  add("nodes", task.numNodes.map(String.init))
  add("setup", task.setup.map(quoted))
  add("run", task.run.map(quoted))
  for env in task.envs { add("env", "\(env.name)=\(quoted(env.value.value))") }
  for secret in task.secrets {
    add("secret", "\(secret.name)=\(quoted(secret.value.value)) shown as \(secret.value)")
  }
  for mount in task.fileMounts { add("mount", summary(mount)) }
  lines += summary(task.resources)
  for notice in task.notices { add("notice", "\(notice)") }
  return lines.joined(separator: "\n")
}

private func quoted(_ text: String) -> String {
  text.replacing("\n", with: "\\n")
}

private func summary(_ mount: FileMount) -> String {
  let target = mount.target.value + (mount.targetIsFolder ? "/" : "")
  let source: String =
    switch mount.source {
    case .local(let path): "local \(path.value)"
    case .bucket(let uri): "bucket \(uri)"
    case .storage(let spec): "storage \(summary(spec))"
    }
  return "\(target) <- \(source)\(mount.sourceIsFolder ? " (a folder)" : "")"
}

private func summary(_ spec: StorageSpec) -> String {
  var words: [String] = []
  if let name = spec.name { words.append("name \(name)") }
  switch spec.source {
  case nil: break
  case .bucket(let uri): words.append("from \(uri)")
  case .local(let paths): words.append("from \(paths.map(\.value).joined(separator: " + "))")
  }
  if let store = spec.store { words.append("in \(store)") }
  words.append(spec.mode.rawValue)
  if !spec.persistent { words.append("for the cluster") }
  if let preset = spec.preset { words.append(preset.rawValue) }
  if spec.readOnly { words.append("read-only") }
  if let transfers = spec.cache.transfers { words.append("transfers=\(transfers)") }
  let options = spec.cache.options.sorted { $0.key < $1.key }
  words += options.map { "\($0.key)=\($0.value)" }
  return words.joined(separator: ", ")
}

private func summary(_ resources: Resources) -> [String] {
  var lines: [String] = []
  if let infra = resources.infra { lines.append("infra: \(infra)") }
  if !resources.ports.isEmpty {
    let ports = resources.ports.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    lines.append("ports: \(ports.joined(separator: " "))")
  }
  if let stop = resources.autostop {
    let verb = stop.down ? "down" : "stop"
    lines.append("autostop: \(verb) after \(stop.idleMinutes) min, \(stop.waitFor.rawValue)")
  }
  let needs = resources.alternatives.map(summary)
  if needs != [""] {
    let word = needs.count == 1 ? "needs" : resources.isOrdered ? "needs first" : "needs any"
    lines.append("\(word): \(needs.joined(separator: " | "))")
  }
  return lines
}

private func summary(_ needs: Requirements) -> String {
  var words: [String] = []
  if let infra = needs.infra { words.append("on \(infra)") }
  if let cpus = needs.cpus { words.append("cpus \(summary(cpus))") }
  if let memory = needs.memory { words.append("memory \(summary(memory))") }
  if !needs.accelerators.isEmpty {
    words.append(needs.accelerators.map { "\($0.name):\($0.count)" }.joined(separator: " or "))
  }
  return words.joined(separator: ", ")
}

private func summary(_ quantity: Quantity) -> String {
  "\(quantity.amount)\(quantity.orMore ? "+" : "")\(quantity.perCPU ? "x" : "")"
}
