import HostBook

/// The providers of this machine by infra name.
public enum Providers {
  /// Throws `unknownName` for a name that none of them has.
  public static func find(_ infra: String, home: SkyHome) throws(WorkflowError) -> any Provider {
    switch infra {
    case "local": return LocalProvider(home: home)
    default:
      throw WorkflowError(
        .unknownName, infra, "there is no such infra", advice: "`--infra local` is there.")
    }
  }
}
