import HostBook
import SkySync

/// Picks machines of a pool that are free, reachable and what the task asks for.
struct PoolChoice: Sendable {
  let reach: PoolReach
  let requirements: [Requirements]
  let ports: [ClosedRange<Int>]
  let report: @Sendable (Event) -> Void

  /// Why a machine was not taken.
  private struct Refusal {
    var host: String
    var error: ProviderError
  }

  /// The first `count` of `candidates` that can be taken, in their order; looks at a few at a time.
  ///
  /// Throws at once for a host key that cannot be trusted: nobody may overlook that. Throws `tooFew`,
  /// with a line on each machine, when there are not enough.
  func pick(
    _ count: Int, from candidates: [PoolMachine], pool: Pool, taken: [String]
  ) async throws(ProviderError) -> [PoolMachine] {
    var chosen: [PoolMachine] = []
    var refusals: [Refusal] = []
    var rest = candidates[...]
    while chosen.count < count, !rest.isEmpty {
      // Where machines are likely to be refused, looking at them one after the other would take long.
      let asksNothing = requirements.allSatisfy(\.asksNothing) && ports.isEmpty
      let width = asksNothing ? count - chosen.count : 32
      let batch = Array(rest.prefix(width))
      rest = rest.dropFirst(width)
      let results = await resultsInParallel(batch, width: 64) { machine throws(ProviderError) in
        try await look(at: machine)
      }
      for (machine, result) in zip(batch, results) {
        switch result {
        case .success: chosen.append(machine)
        case .failure(let error):
          if error.code == .hostKey || error.code == .cancelled { throw error }
          refusals.append(Refusal(host: machine.host, error: error))
        }
      }
    }
    for refusal in refusals where chosen.count >= count && refusal.error.code != .tooFew {
      report(.notice("\(refusal.error.subject) is passed over: \(refusal.error.reason)"))
    }
    guard chosen.count >= count else {
      throw tooFew(count, chosen.count, refusals, pool: pool, taken: taken)
    }
    return Array(chosen.prefix(count))
  }

  private func look(at machine: PoolMachine) async throws(ProviderError) {
    let (probe, busy): (Probe, BusyPorts)
    do throws(SyncError) {
      (probe, busy) = try await reach.visit(machine) { host throws(SyncError) in
        let probe = try await Probe.run(on: host)
        return (probe, ports.isEmpty ? BusyPorts() : try await BusyPorts.look(on: host))
      }
    } catch {
      throw ProviderError(error)
    }
    let lack = [Fitting.lack(probe, requirements), BusyPorts.words(busy.taken(ports))]
      .compactMap(\.self)
    guard !lack.isEmpty else { return }
    throw ProviderError(.tooFew, machine.host, lack.joined(separator: ", "))
  }

  private func tooFew(
    _ wanted: Int, _ found: Int, _ refusals: [Refusal], pool: Pool, taken: [String]
  ) -> ProviderError {
    let lines = taken + refusals.map { "\($0.host): \($0.error.reason)" }
    let codes = Set(refusals.map(\.error.code))
    // One cause for all of them is the cause.
    let code = taken.isEmpty && codes.count == 1 ? codes.first ?? .tooFew : .tooFew
    let advice = refusals.compactMap(\.error.advice).first
    return ProviderError(
      code, "ssh/\(pool.name)",
      "\(wanted) \(wanted == 1 ? "node is" : "nodes are") asked for, "
        + "\(found == 0 ? "none" : String(found)) of the pool's \(pool.hosts.count) can be had:\n"
        + lines.map { "    \($0)" }.joined(separator: "\n"),
      advice: advice)
  }
}

extension Requirements {
  var asksNothing: Bool { cpus == nil && memory == nil && accelerators.isEmpty }
}
