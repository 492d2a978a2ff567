/// One run of an asset, as its file tells it.
package struct RunOnDisk: Sendable {
  /// The text after `asset_run_id=` in its path.
  package let id: String
  package private(set) var metadata: RunMetadata
  /// When the file was written, by the clock of its file system.
  package let writtenAt: Timestamp
  /// The size of the file.
  package let bytes: Int64

  package init(id: String, metadata: RunMetadata, writtenAt: Timestamp, bytes: Int64 = 0) {
    self.id = id
    self.metadata = metadata
    self.writtenAt = writtenAt
    self.bytes = bytes
  }

  /// Leaves out what went wrong.
  package mutating func forgetError() {
    metadata.error = nil
  }

  /// Whether the run is over, as far as it says: it materialized, or was recorded as failed.
  package var hasEnded: Bool { metadata.materialized != nil || metadata.status == .failed }
}
