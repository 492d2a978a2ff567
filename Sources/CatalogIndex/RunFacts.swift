package import ManifestModel

/// What the index keeps of a run's metadata.
package struct RunFacts: Equatable, Sendable {
  package var startedAt: Int64?
  package var materialized: Int64?
  package var durationMilliseconds: Int64?
  package var status: ManifestStatus?
  @ExactText package var error: String? = nil
  @ExactText package var traceback: String? = nil
  @ExactText package var assetPath: String? = nil
  @ExactText package var parameters: String? = nil
  /// When the run last said that it lives.
  package var heartbeatAt: Int64?
  /// How often it means to say so.
  package var heartbeatSeconds: Int64?
}
