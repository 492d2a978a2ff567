package import ManifestModel

/// What is known of an asset when somebody asks whether it should be run.
package struct DueFacts: Sendable {
  package var lastMaterialized: Timestamp?
  /// When its runs since the last success failed, oldest first.
  package var failures: [Timestamp]
  /// When its runs since the last success were given up that never came back. They count for the limit; nobody waits
  /// after one, since it kept others from beginning until then.
  package var losses: [Timestamp] = []
  /// When its newest run began, if that is unfinished.
  package var runningSince: Timestamp?
  /// How long an unfinished run counts as running, in microseconds.
  package var runTimeout: Int64
  /// What a run usually takes, in microseconds; 0 where nobody knows.
  package var typicalDuration: Int64
  /// Whether another id of its name materialized later.
  package var isSuperseded: Bool

  package init(
    lastMaterialized: Timestamp?, failures: [Timestamp] = [], runningSince: Timestamp? = nil,
    runTimeout: Int64 = 86_400_000_000, typicalDuration: Int64 = 0, isSuperseded: Bool = false
  ) {
    self.lastMaterialized = lastMaterialized
    self.failures = failures
    self.runningSince = runningSince
    self.runTimeout = runTimeout
    self.typicalDuration = typicalDuration
    self.isSuperseded = isSuperseded
  }
}
