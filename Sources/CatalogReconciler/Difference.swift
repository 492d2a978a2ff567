internal import CatalogIndex
package import ManifestModel
internal import StoredTree

/// One thing in which the index and the tree disagree.
package struct Difference: Sendable {
  package enum Kind: String, Sendable {
    /// In the tree, not in the index.
    case missing
    /// In the index, not in the tree.
    case extra
    /// In both, with other values.
    case stale
    /// The index file itself is damaged.
    case damaged
  }

  /// Relative to the storage root; of the index file, its own path.
  package var path: String
  package var kind: Kind
  /// One sentence.
  package var message: String
  package var asset: AssetIdentifier?

  package init(path: String, kind: Kind, message: String, asset: AssetIdentifier? = nil) {
    self.path = path
    self.kind = kind
    self.message = message
    self.asset = asset
  }

  /// What the difference is in, and of which kind: of two looks at one stretch, the same difference has the same.
  struct Place: Hashable {
    fileprivate let path: [UInt8]
    fileprivate let kind: Kind
  }

  var place: Place { Place(path: Array(path.utf8), kind: kind) }
}

/// Compares an asset as its files tell it with the asset as the index has it. Pure.
struct AssetComparison {
  let layout: MetadataLayout
  private(set) var differences: [Difference] = []

  init(layout: MetadataLayout) {
    self.layout = layout
  }

  mutating func compare(disk: IndexedAsset, index: IndexedAsset) {
    let asset = disk.asset
    let before = differences.count
    // A file that is being written tells nothing.
    if disk.manifestState == .absent || disk.manifest != .unseen {
      note(
        layout.manifestPath(asset), asset, onDisk: disk.manifestState != .absent,
        inIndex: index.manifestState != .absent, isSame: disk.hasSameManifest(as: index))
    }
    var rest = index.runs.filter { $0.state != .manifestOnly }[...]
    for run in disk.runs where run.state != .manifestOnly {
      while let first = rest.first, first.id.precedesInBytes(run.id) { noteExtra(rest.removeFirst(), of: asset) }
      var match: IndexedRun?
      if let first = rest.first, first.id.hasSameBytes(as: run.id) { match = rest.removeFirst() }
      if run.state != .absent, run.seen == .unseen { continue }
      note(
        layout.runMetadataPath(asset, runID: run.id), asset, onDisk: run.state != .absent,
        inIndex: match.map { $0.state != .absent } ?? false, isSame: match.map { run.hasSameContent(as: $0) } ?? false)
    }
    for run in rest { noteExtra(run, of: asset) }
    let isSound =
      index.isConsistent && index.hasSameWrittenTimes(as: disk)
      && (!disk.isSeenWhole || disk.hasSameConclusions(as: index))
    if differences.count == before, !isSound {
      differences.append(
        Difference(
          path: layout.assetPath(asset), kind: .stale,
          message: "The index has other values than follow from the files of this asset.", asset: asset))
    }
  }

  /// An asset that only one side has.
  mutating func noteWhole(_ asset: IndexedAsset, isOnDisk: Bool) {
    guard asset.isKnown else { return }
    let hasManifest = asset.manifestState != .absent
    differences.append(
      Difference(
        path: hasManifest ? layout.manifestPath(asset.asset) : layout.assetPath(asset.asset),
        kind: isOnDisk ? .missing : .extra,
        message: isOnDisk ? "The index does not have this asset." : "This asset is not in the tree.",
        asset: asset.asset))
  }

  private mutating func noteExtra(_ run: IndexedRun, of asset: AssetIdentifier) {
    note(
      layout.runMetadataPath(asset, runID: run.id), asset, onDisk: false, inIndex: run.state != .absent, isSame: false)
  }

  private mutating func note(
    _ path: String, _ asset: AssetIdentifier, onDisk: Bool, inIndex: Bool, isSame: Bool
  ) {
    let found: (Difference.Kind, String)
    switch (onDisk, inIndex) {
    case (true, false): found = (.missing, "The index does not have this file.")
    case (false, true): found = (.extra, "This file is not in the tree.")
    case (true, true) where !isSame: found = (.stale, "The index has other values than this file.")
    default: return
    }
    differences.append(Difference(path: path, kind: found.0, message: found.1, asset: asset))
  }
}

extension IndexedAsset {
  /// Whether both took the same from the manifest.
  func hasSameManifest(as other: IndexedAsset) -> Bool {
    facts == other.facts && manifestState == other.manifestState
      && (artifacts ?? []).elementsEqual(other.artifacts ?? artifacts ?? []) { $0.hasSameBytes(as: $1) }
  }

  /// Whether both say the same of the asset, whatever they know of its files.
  func hasSameContent(as other: IndexedAsset) -> Bool {
    hasSameManifest(as: other) && runs.count == other.runs.count
      && zip(runs, other.runs).allSatisfy { run, other in
        run.id.hasSameBytes(as: other.id) && run.hasSameContent(as: other) && run.result == other.result
      }
  }
}

extension IndexedAsset {
  /// Whether every file was read, or could be told to be bad.
  fileprivate var isSeenWhole: Bool {
    (manifestState == .absent || manifest != .unseen) && runs.allSatisfy { $0.state == .absent || $0.seen != .unseen }
  }

  /// Whether what the index has as derived follows from what it has as read, so far as it does not depend on how long
  /// ago the files were looked at.
  fileprivate var isConsistent: Bool {
    var again = self
    again.derive()
    return again.hasSameConclusions(as: self) && again.watchedRuns == watchedRuns
      && again.runs.elementsEqual(runs) { $0.isWatched == $1.isWatched }
  }

  /// Whether runs whose own times prove nothing have the same time of their file, which takes the place of these in
  /// answers.
  fileprivate func hasSameWrittenTimes(as disk: IndexedAsset) -> Bool {
    var rest = disk.runs[...]
    for run in runs where run.aheadAt != nil && run.seen != .unseen {
      while let first = rest.first, first.id.precedesInBytes(run.id) { rest.removeFirst() }
      guard let found = rest.first, found.id.hasSameBytes(as: run.id), found.seen != .unseen else { continue }
      if found.seen.revision.modifiedNanoseconds != run.seen.revision.modifiedNanoseconds { return false }
    }
    return true
  }

  /// Whether the same was derived of both.
  fileprivate func hasSameConclusions(as other: IndexedAsset) -> Bool {
    isKnown == other.isKnown && runCount == other.runCount && lastMaterialized == other.lastMaterialized
      && newestRunID.hasSameBytes(as: other.newestRunID)
      && source == other.source && toldByRun.hasSameBytes(as: other.toldByRun) && toldStatus == other.toldStatus
      && isUnread == other.isUnread
      && runs.elementsEqual(other.runs) { run, other in
        run.id.hasSameBytes(as: other.id) && run.result == other.result && run.isNewest == other.isNewest
          && run.failedAt == other.failedAt && run.overrunAt == other.overrunAt && run.aheadAt == other.aheadAt
      }
  }
}

extension IndexedRun {
  /// Whether both took the same from the metadata. Artifacts that were not loaded are not compared.
  func hasSameContent(as other: IndexedRun) -> Bool {
    facts == other.facts && state == other.state
      && (artifacts ?? other.artifacts ?? []) == (other.artifacts ?? artifacts ?? [])
  }
}
