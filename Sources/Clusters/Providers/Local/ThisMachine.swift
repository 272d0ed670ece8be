import HostBook
import SkySync

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What local nodes have: all of this machine, each of them.
enum ThisMachine {
  /// Its processors, memory and GPUs; the rest is unknown.
  static func probe() -> Probe {
    var probe = Probe()
    probe.cpus = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    probe.memoryBytes = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    let query = ["--query-gpu=memory.total,name", "--format=csv,noheader,nounits"]
    guard let answer = try? Program.run(["nvidia-smi"] + query), answer.status == 0 else {
      return probe
    }
    for line in String(decoding: answer.output, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: ",", maxSplits: 1)
      guard parts.count == 2, let memory = Int64(parts[0]) else { continue }
      let name = parts[1].drop { $0 == " " }
      probe.gpus.append(Probe.GPU(name: String(name), memoryBytes: memory << 20))
    }
    return probe
  }

  /// Throws `tooFew` with what it lacks for every one of the alternatives, or with ports that are taken.
  static func require(_ cluster: ClusterSpec) throws(ProviderError) {
    if !cluster.requirements.allSatisfy(\.asksNothing),
      let lack = Fitting.lack(probe(), cluster.requirements)
    {
      throw lacking(
        "this machine \(lack)",
        advice: "Ask for less below `resources`, or give --infra of machines that have it.")
    }
    guard !cluster.ports.isEmpty,
      // No address: the new nodes' own are free.
      let words = BusyPorts.words(BusyPorts.here().taken(cluster.ports, own: ""))
    else { return }
    throw lacking(
      "\(words) by a program of this machine, whose network local nodes share",
      advice: "Name another port below `resources`, or end that program (`ss -ltnp` names it).")
  }

  private static func lacking(_ reason: String, advice: String) -> ProviderError {
    var error = ProviderError(.tooFew, "local", reason, advice: advice)
    error.leavesNothing = true
    return error
  }
}
