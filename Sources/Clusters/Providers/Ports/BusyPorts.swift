import SkySync
import SystemPackage

/// The ports of a machine at which programs listen already.
struct BusyPorts: Equatable, Sendable {
  struct Listener: Hashable, Sendable {
    /// As the kernel writes it: hexadecimal digits, each word in the machine's byte order.
    var address: String
    var port: Int

    var isEverywhere: Bool { address.allSatisfy { $0 == "0" } }
  }

  var listeners: Set<Listener> = []

  /// Those of `wanted` that are taken, lowest first.
  ///
  /// - Parameter own: of a node that shares its machine's network, whose address it is: what listens at
  ///   another address of the machine leaves the port free there. nil for a whole machine.
  func taken(_ wanted: [ClosedRange<Int>], own: String? = nil) -> [Int] {
    let ports = listeners.filter { listener in
      let counts = own.map { listener.isEverywhere || listener.address == Self.digits(of: $0) }
      return counts ?? true && wanted.contains { $0.contains(listener.port) }
    }
    return Set(ports.map(\.port)).sorted()
  }

  /// `127.0.0.1` as the kernel writes it on a little-endian machine; nil for another kind of address.
  static func digits(of address: String) -> String? {
    let parts = address.split(separator: ".").compactMap { UInt8($0) }
    guard parts.count == 4 else { return nil }
    return parts.reversed().map { part in
      let digits = String(part, radix: 16, uppercase: true)
      return digits.count == 1 ? "0\(digits)" : digits
    }.joined()
  }
}

extension BusyPorts {
  /// Reads `/proc/net/tcp` and `tcp6` (proc(5)): `SL LOCAL:PORT REMOTE:PORT STATE …`, 0A being LISTEN.
  init(tables: [String]) {
    for line in tables.joined(separator: "\n").split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 3, fields[3] == "0A" else { continue }
      note(fields[1])
    }
  }

  /// This machine's own.
  static func here() -> BusyPorts {
    let files: [FilePath] = ["/proc/net/tcp", "/proc/net/tcp6"]
    return BusyPorts(tables: files.compactMap(LocalFiles.read))
  }

  /// Those of a node; none where there is no /proc.
  static func look(on host: any CommandHost) async throws(SyncError) -> BusyPorts {
    let answers = try await NodeScript.answers(script, settings: [], on: host)
    var ports = BusyPorts()
    for words in answers where words.first == "listens" && words.count == 2 {
      ports.note(Substring(words[1]))
    }
    return ports
  }

  private mutating func note(_ place: Substring) {
    let parts = place.split(separator: ":")
    guard parts.count == 2, let port = Int(parts[1], radix: 16) else { return }
    listeners.insert(Listener(address: String(parts[0]), port: port))
  }

  private static let script = #"""
    for f in /proc/net/tcp /proc/net/tcp6; do
    [ -r $f ] || continue
    sed -n 's/^ *[0-9]*: \([0-9A-F]*:[0-9A-F]*\) [0-9A-F:]* 0A .*/\1/p' $f
    done | sort -u | while read -r a; do say listens "$a"; done
    say done

    """#
}

extension BusyPorts {
  /// `port 80 is taken`, `ports 80, 81 are taken`; nil when none is.
  static func words(_ ports: [Int]) -> String? {
    guard !ports.isEmpty else { return nil }
    let list = ports.prefix(5).map(String.init).joined(separator: ", ")
    let more = ports.count > 5 ? " and \(ports.count - 5) more" : ""
    return ports.count == 1 ? "port \(list) is taken" : "ports \(list)\(more) are taken"
  }
}
