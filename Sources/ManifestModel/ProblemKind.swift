/// What can be wrong with a file or folder of the tree.
package enum ProblemKind: String, Sendable, CaseIterable {
  /// The file says another name or id than its path does. It is indexed under its path all the same.
  case misplaced
  /// A time in it is more than five minutes ahead of the clock. It is indexed all the same.
  case futureTime = "future_time"
  /// The manifest does not know of a newer success that a run tells of. It is indexed all the same.
  case manifestBehind = "manifest_behind"
  /// It says more than the index holds: too many artifacts, or texts that are too long. The beginning is indexed.
  case truncated
  /// It does not parse, but was touched so recently that a writer may be at it.
  case unsettled
  /// The system refused to open, list or read it.
  case unreadable
  /// Over 16 MiB, or nested over 1000 levels.
  case tooLarge = "too_large"
  /// A symbolic link, FIFO, socket or device, or a folder in a file's place.
  case notAFile = "not_a_file"
  /// The name is empty or not UTF-8.
  case invalidName = "invalid_name"
  /// Not a JSON document.
  case invalidJSON = "invalid_json"
  /// JSON, but not a manifest that mad_prefect would load.
  case invalidManifest = "invalid_manifest"
  /// JSON, but not run metadata that mad_prefect would load.
  case invalidRun = "invalid_run"
}
