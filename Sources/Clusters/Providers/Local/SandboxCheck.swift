import Subprocess
import SystemPackage

/// Whether this machine lets this user make the namespaces that a node consists of.
enum SandboxCheck {
  /// Tries with `true` in place of a node; leaves nothing behind.
  static func problem(_ machine: LocalMachine) async -> ProviderError? {
    let arguments =
      SandboxCommand.namespaces(machine)
      + ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--", "/bin/true"]
    do {
      let outcome = try await undisturbed(machine.programs.bwrap, arguments)
      guard outcome.status != 0 else { return nil }
      return ProviderError(
        .unavailable, "bwrap", "cannot make a sandbox here: \(outcome.complaint)",
        advice: advice(limits: Limits.now(), isRoot: machine.isRoot))
    } catch {
      return error
    }
  }

  /// To its end, milliseconds away, whatever interrupts us: bubblewrap that is killed before it has mapped
  /// its child's user leaves that child asleep for ever.
  private static func undisturbed(
    _ program: FilePath, _ arguments: [String]
  ) async throws(ProviderError) -> LocalProgram.Outcome {
    var alone = PlatformOptions()
    alone.processGroupID = 0
    let run = Task { [alone] () async -> Result<LocalProgram.Outcome, ProviderError> in
      await resultOf(program, arguments, alone)
    }
    return try await run.value.get()
  }

  private static func resultOf(
    _ program: FilePath, _ arguments: [String], _ options: PlatformOptions
  ) async -> Result<LocalProgram.Outcome, ProviderError> {
    do throws(ProviderError) {
      return .success(try await LocalProgram.run(program, arguments, options: options))
    } catch {
      return .failure(error)
    }
  }

  /// What the kernel allows to ordinary users; nil where it has no such limit.
  struct Limits: Equatable {
    var appArmor: String?
    var userNamespaces: String?
    var debianClone: String?

    static func now() -> Limits {
      func value(_ name: String) -> String? {
        LocalFiles.read(FilePath("/proc/sys").appending(name))?.split(separator: "\n").first
          .map(String.init)
      }
      return Limits(
        appArmor: value("kernel/apparmor_restrict_unprivileged_userns"),
        userNamespaces: value("user/max_user_namespaces"),
        debianClone: value("kernel/unprivileged_userns_clone"))
    }
  }

  static func advice(limits: Limits, isRoot: Bool) -> String {
    if limits.userNamespaces == "0" {
      return "user namespaces are off: sudo sysctl user.max_user_namespaces=10000"
    }
    if limits.debianClone == "0" {
      return "they are off for ordinary users: sudo sysctl kernel.unprivileged_userns_clone=1"
    }
    if limits.appArmor == "1", !isRoot {
      return "AppArmor keeps ordinary users from it: give /usr/bin/bwrap a profile with `userns`,"
        + " or sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    }
    return "inside a container it needs more rights (docker run --privileged);"
      + " or use --infra ssh/POOL with machines of your own"
  }
}
