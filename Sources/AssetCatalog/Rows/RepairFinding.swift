/// What a repair found.
package enum RepairFinding: Sendable {
  /// A manifest that was repaired, or is to be.
  case manifest(RepairedManifest)
  /// One that could not be, and why.
  case failure(TreeWorkFailure)
}
