package import ManifestModel

/// A run that the index has, beside what a look at its file found.
package struct SurveyedRun: Sendable {
  package var known: KnownRun
  /// `nil`: a finished run, which was not looked at and need not be.
  package var found: FileOnDisk?

  package init(known: KnownRun, found: FileOnDisk?) {
    self.known = known
    self.found = found
  }

  package var stands: Bool { found.map { known.seen.stands($0) } ?? true }
}

/// What a look at one asset found, before any file was read.
package struct AssetOnDisk: Sendable {
  package var asset: AssetIdentifier
  /// The folder's revision, if it was listed.
  package var folder: SeenFile?
  /// The run folders in it, in the order of their bytes, if it was listed.
  package var listedRuns: [String]?
  package var manifest: FileOnDisk = .unknown

  package init(_ asset: AssetIdentifier) {
    self.asset = asset
  }
}

/// An asset in which something may differ from what the index knows.
package struct SurveyedAsset: Sendable {
  package var disk: AssetOnDisk
  /// What the index knows of it; `nil` for one that is new.
  package var known: KnownAsset?
  /// All runs that the index has if it was asked for them, else those that are watched, beside what a look found.
  package var knownRuns: [SurveyedRun] = []
  /// Entries of its folder that are no members of it.
  package var oddities: [TreeOddity] = []

  package init(disk: AssetOnDisk, known: KnownAsset?) {
    self.disk = disk
    self.known = known
  }
}
