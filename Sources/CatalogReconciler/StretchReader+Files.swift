internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// Reading the files of an asset, and what is wrong with them.
extension StretchReader {
  func readManifest(of asset: AssetIdentifier, _ change: inout AssetChange) throws {
    switch try reader.readManifest(of: asset, within: .usual) {
    case .absent:
      change.manifest = .absent
      report([], at: layout.manifestPath(asset), &change)
    case .good(let manifest, let revision):
      let seen = SeenFile(revision, isTrusted: reader.session.isTrustworthy(revision))
      let found = AssetChange.Manifest(manifest, of: asset, metadataFolder: layout.folder)
      change.manifest = .current(found, seen)
      report(
        misplacement(of: manifest, at: asset) + Self.truncation(found.leftOut), at: layout.manifestPath(asset), &change)
    case .bad(let kind, let message, let revision):
      change.manifest = .bad(seen(revision))
      report([(kind, message)], at: layout.manifestPath(asset), &change)
    case .torn:
      change.manifest = .bad(.unseen)
      report(Self.unsettled, at: layout.manifestPath(asset), &change)
    }
  }

  func readRun(_ run: String, of asset: AssetIdentifier, _ change: inout AssetChange) throws {
    let path = { self.layout.runMetadataPath(asset, runID: run) }
    switch try reader.readRun(run, of: asset, within: .usual) {
    case .absent:
      change.runs.append((run, .absent))
      report([], at: path(), &change)
    case .good(let metadata, let revision):
      let seen = SeenFile(revision, isTrusted: reader.session.isTrustworthy(revision))
      let found = AssetChange.Run(metadata)
      change.runs.append((run, .current(found, seen)))
      report(Self.truncation(found.leftOut), at: path(), &change)
    case .bad(let kind, let message, let revision):
      change.runs.append((run, .bad(seen(revision))))
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

  private func seen(_ revision: Revision?) -> SeenFile {
    revision.map { SeenFile($0, isTrusted: reader.session.isTrustworthy($0)) } ?? .unseen
  }

  // MARK: Problems

  /// Says what is wrong with a file of an asset, and that nothing is, where something may have been.
  private func report(
    _ problems: [(kind: ProblemKind, message: String)], at path: @autoclosure () -> String, _ change: inout AssetChange
  ) {
    guard !problems.isEmpty || !hasNoPast else { return }
    let path = Array(path().utf8)
    let asset = change.asset
    change.problems.append(
      ProblemScope(
        scope: path,
        problems: problems.map { IndexedProblem(path: path, kind: $0.kind, message: $0.message, asset: asset) }))
  }

  func problems(_ all: [TreeOddity], in folder: [UInt8], asset: AssetIdentifier?) -> [IndexedProblem] {
    // A manifest that is a link or a FIFO is found by reading it, which tells of it under its own path.
    let oddities = all.filter {
      asset == nil || !$0.name.elementsEqual(MetadataLayout.manifestFileName.utf8)
    }
    return oddities.map { oddity in
      IndexedProblem(
        path: folder + [UInt8(ascii: "/")] + oddity.name, kind: oddity.kind, message: oddity.message, asset: asset)
    }
  }

  func unreadableFolder(_ path: [UInt8], _ fault: TreeFault, asset: AssetIdentifier?) -> IndexedProblem {
    IndexedProblem(path: path, kind: .unreadable, message: "The folder cannot be read: \(fault.text).", asset: asset)
  }

  private static func truncation(_ leftOut: String?) -> [(kind: ProblemKind, message: String)] {
    leftOut.map { [(.truncated, $0)] } ?? []
  }

  private func misplacement(
    of manifest: Manifest, at asset: AssetIdentifier
  ) -> [(kind: ProblemKind, message: String)] {
    guard manifest.asset != asset else { return [] }
    // A name that no folder can have is as good as its beginning.
    let (name, id) = (manifest.asset.name.prefix(300), manifest.asset.id.prefix(300))
    return [(.misplaced, "The manifest says asset_name=\(name), asset_id=\(id).")]
  }
}
