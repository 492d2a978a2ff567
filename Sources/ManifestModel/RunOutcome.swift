/// How a run ended, or that it has not.
public enum RunOutcome: String, Sendable, CaseIterable {
  /// It materialized.
  case succeeded
  /// Its metadata or the manifest says that it failed.
  case failed
  /// It has not ended: its last heartbeat is no older than three intervals, or, without heartbeats, it began within the
  /// running window and no run of its asset that began later has ended.
  case running
  /// It is running, but for longer than the past of its asset allows.
  case overrun
  /// It never finished, and runs no longer.
  case interrupted
}
