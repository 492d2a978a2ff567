package import ManifestModel

/// What the index keeps of a run's metadata.
package struct RunFacts: Equatable, Sendable {
  package var startedAt: Int64?
  package var materialized: Int64?
  package var durationMilliseconds: Int64?
  package var status: ManifestStatus?
  package var error: String?
  package var traceback: String?
  package var assetPath: String?
  package var parameters: String?
  /// When the run last said that it lives.
  package var heartbeatAt: Int64?
  /// How often it means to say so.
  package var heartbeatSeconds: Int64?
}

extension RunFacts {
  package static func == (left: RunFacts, right: RunFacts) -> Bool {
    left.startedAt == right.startedAt && left.materialized == right.materialized
      && left.durationMilliseconds == right.durationMilliseconds && left.status == right.status
      && left.error.hasSameBytes(as: right.error) && left.traceback.hasSameBytes(as: right.traceback)
      && left.assetPath.hasSameBytes(as: right.assetPath) && left.parameters.hasSameBytes(as: right.parameters)
      && left.heartbeatAt == right.heartbeatAt && left.heartbeatSeconds == right.heartbeatSeconds
  }
}
