/// Why an asset appears among the drift.
package enum DriftKind: String, Sendable {
  /// The name has several asset ids: several configurations.
  case configurations
  /// The signature differs from the one the caller expects.
  case signature
}
