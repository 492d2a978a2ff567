/// Why a manifest is to be written again.
package enum RepairReason: String, Sendable, CaseIterable {
  /// There is none, though a run has ended.
  case missing
  /// It is damaged, and nobody is writing it.
  case unreadable
  /// It does not tell of the newest run that ended.
  case behind
}
