internal import CatalogIndex
internal import ManifestModel
package import StoredTree

/// What is to be read and forgotten for one asset, so that the index tells the truth about it again.
///
/// The comparison is a pure function of what a look at the disk found and of what the index knows.
package struct ReconciliationPlan: Equatable, Sendable {
  package var readsManifest = false
  /// In the order of the bytes of their ids.
  package var runsToRead: [String] = []
  /// Runs that the index has and the disk no longer.
  package var runsToForget: [String] = []
  /// Whether the folder was listed, so that its revision is news even if nothing in it is.
  package var writesFolder = false

  package init() {}

  /// What one asset needs.
  ///
  /// - Parameters:
  ///   - known: what the index has, or `nil` for an asset that is new.
  ///   - knownRuns: all runs that the index has if the folder was listed, else those that are watched.
  package init(disk: AssetOnDisk, known: KnownAsset?, knownRuns: [SurveyedRun]) {
    guard let known else {
      readsManifest = true
      runsToRead = disk.listedRuns ?? []
      writesFolder = true
      return
    }
    readsManifest = !known.manifest.stands(disk.manifest)
    writesFolder = disk.folder != nil
    if let listed = disk.listedRuns {
      compare(listed: listed, knownRuns: knownRuns)
    } else {
      for run in knownRuns where !run.stands { runsToRead.append(run.known.id) }
    }
  }

  /// Both lists are in the order of their bytes.
  private mutating func compare(listed: [String], knownRuns: [SurveyedRun]) {
    var rest = knownRuns[...]
    for id in listed {
      while let first = rest.first, first.known.id.precedesInBytes(id) {
        forget(rest.removeFirst().known)
      }
      if let first = rest.first, first.known.id.hasSameBytes(as: id) {
        rest.removeFirst()
        if !first.stands || first.known.state == .manifestOnly { runsToRead.append(id) }
      } else {
        runsToRead.append(id)
      }
    }
    for run in rest { forget(run.known) }
  }

  private mutating func forget(_ run: KnownRun) {
    if run.state != .manifestOnly { runsToForget.append(run.id) }
  }
}
