internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore

/// Reading the files of an asset, and what is wrong with them.
extension FolderScanner {
  func readManifest(of asset: AssetIdentifier, in folder: Int32, _ change: inout AssetChange) throws {
    switch try reader.readManifest(in: folder) {
    case .absent:
      change.manifest = .absent
      report([], at: layout.manifestPath(asset), &change)
    case .good(let manifest, let fingerprint):
      let seen = SeenFile(fingerprint, isTrusted: reader.isTrustworthy(fingerprint))
      change.manifest = .current(
        AssetChange.Manifest(manifest, of: asset, metadataFolder: layout.folder), seen)
      report(misplacement(of: manifest, at: asset), at: layout.manifestPath(asset), &change)
    case .bad(let kind, let message, let fingerprint):
      change.manifest = .bad(seen(fingerprint))
      report([(kind, message)], at: layout.manifestPath(asset), &change)
    case .torn:
      change.manifest = .bad(.unseen)
      report(Self.unsettled, at: layout.manifestPath(asset), &change)
    }
  }

  func readRun(_ run: String, of asset: AssetIdentifier, in folder: Int32, _ change: inout AssetChange) throws {
    let path = { self.layout.runMetadataPath(asset, runID: run) }
    switch try reader.readRun(run, in: folder) {
    case .absent:
      change.runs.append((run, .absent))
      report([], at: path(), &change)
    case .good(let metadata, let fingerprint):
      let seen = SeenFile(fingerprint, isTrusted: reader.isTrustworthy(fingerprint))
      change.runs.append((run, .current(AssetChange.Run(metadata), seen)))
      report([], at: path(), &change)
    case .bad(let kind, let message, let fingerprint):
      change.runs.append((run, .bad(seen(fingerprint))))
      report([(kind, message)], at: path(), &change)
    case .torn:
      change.runs.append((run, .bad(.unseen)))
      report(Self.unsettled, at: path(), &change)
    }
  }

  /// It is read again by the next scan, which tells whether a writer was at it or it is damaged.
  private static let unsettled: [(kind: ProblemKind, message: String)] = [
    (
      .unsettled,
      "The file does not parse, but was touched just now: a writer may be at it. Ask again in a few seconds."
    )
  ]

  private func seen(_ fingerprint: Fingerprint?) -> SeenFile {
    fingerprint.map { SeenFile($0, isTrusted: reader.isTrustworthy($0)) } ?? .unseen
  }

  // MARK: Problems

  /// Says what is wrong with a file of an asset, and that nothing is, where something may have been.
  private func report(
    _ problems: [(kind: ProblemKind, message: String)], at path: @autoclosure () -> String, _ change: inout AssetChange
  ) {
    guard !problems.isEmpty || !isReadingAnew else { return }
    let path = Array(path().utf8)
    let asset = change.asset
    change.problems.append(
      ProblemScope(
        scope: path,
        problems: problems.map { IndexedProblem(path: path, kind: $0.kind, message: $0.message, asset: asset) }))
  }

  func problems(_ listing: FolderListing, in folder: [UInt8], asset: AssetIdentifier?) -> [IndexedProblem] {
    // A manifest that is a link or a FIFO is found by reading it, which tells of it under its own path.
    let oddities = listing.oddities.filter {
      asset == nil || !$0.name.elementsEqual(MetadataLayout.manifestFileName.utf8)
    }
    return oddities.map { oddity in
      IndexedProblem(
        path: folder + [UInt8(ascii: "/")] + oddity.name, kind: oddity.kind, message: oddity.message, asset: asset)
    }
  }

  func unreadableFolder(_ path: [UInt8], _ error: SystemError, asset: AssetIdentifier?) -> IndexedProblem {
    IndexedProblem(path: path, kind: .unreadable, message: "The folder cannot be read: \(error.text).", asset: asset)
  }

  private func misplacement(
    of manifest: Manifest, at asset: AssetIdentifier
  ) -> [(kind: ProblemKind, message: String)] {
    guard manifest.asset != asset else { return [] }
    return [(.misplaced, "The manifest says asset_name=\(manifest.asset.name), asset_id=\(manifest.asset.id).")]
  }
}
