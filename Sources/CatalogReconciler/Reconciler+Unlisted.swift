internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// What a rebuild owes to the index that it replaces, where a listing alone proves nothing.
extension Reconciler {
  /// Looks for every file that the index has had and the listing of another host has not: a listing can have holes, and
  /// only the store's own word says that a file is gone. What came since is added.
  ///
  /// - Throws: where a file is there, and is not listed now either.
  func addUnlisted(to scratch: borrowing IndexScratch, _ scan: Scan, _ report: inout ReconcileReport) throws {
    guard scan.storage.isRemote else { return }
    let unlisted: [UnlistedFile]
    do {
      unlisted = try unlistedFiles(scratch, scan)
    } catch let error as IndexError where error.code == .damaged {
      // What is to be replaced may be so for that very reason, and has nothing to tell then.
      return
    }
    var found: [UnlistedFile] = []
    try OrderedPipeline.run(
      pieces: unlisted.indices, threads: options.threads ?? scan.threads,
      makeWorker: { [unlisted] in
        let session = scan.makeScanner().reader.session
        return { session.look(at: unlisted[$0].file, of: unlisted[$0].asset) != .absent ? unlisted[$0] : nil }
      },
      consume: { if let file = $0 { found.append(file) } })
    if found.isEmpty { return }
    // Records of this host, and what others wrote since, are listed by now.
    let tally = try scratch.amend { index in try add(Array(Set(found.map(\.asset))), to: index, scan) }
    report.added += tally.added
    report.filesRead += tally.added + tally.changed
    for file in found where try !file.isIn(scratch.writer.load(file.asset)) {
      let layout = MetadataLayout(folder: metadataFolder)
      let path =
        switch file.file {
        case .manifest: layout.manifestPath(file.asset)
        case .run(let run): layout.runMetadataPath(file.asset, runID: run)
        }
      throw StoreError(
        .inputOutput,
        "The store leaves \(root)/\(path) out of its listing, and does not say that it is gone: try again later.")
    }
  }

  private func unlistedFiles(_ scratch: borrowing IndexScratch, _ scan: Scan) throws -> [UnlistedFile] {
    guard let former = try FormerIndex(location).reader(), let state = try former.state(),
      state.isOf(
        root: root, metadataFolder: metadataFolder, device: scan.storage.identity.device,
        inode: scan.storage.identity.inode, at: location)
    else { return [] }
    var unlisted: [UnlistedFile] = []
    for number in 0..<scan.stretches.count {
      let stretch = scan.stretches[number]
      for folder in try former.folders(after: stretch.lower, through: stretch.upper) {
        for known in folder.assets {
          unlisted += try UnlistedFile.all(
            of: known, runs: try former.runs(of: known.key), in: try scratch.writer.load(known.asset))
        }
      }
    }
    return unlisted
  }
}

/// A file that an index has, and a listing has not.
private struct UnlistedFile: Sendable {
  let asset: AssetIdentifier
  let file: TreeFile

  /// - Parameter found: what was listed of the asset.
  static func all(of known: KnownAsset, runs: [KnownRun], in found: IndexedAsset?) throws -> [UnlistedFile] {
    var files = runs.filter { $0.state != .manifestOnly && MetadataLayout.isValidComponent($0.id) }.map { run in
      UnlistedFile(asset: known.asset, file: .run(run.id))
    }
    if known.manifest != .nothing { files.append(UnlistedFile(asset: known.asset, file: .manifest)) }
    return files.filter { !$0.isIn(found) }
  }

  func isIn(_ found: IndexedAsset?) -> Bool {
    guard let found else { return false }
    return switch file {
    case .manifest: found.manifestState != .absent
    case .run(let id): found.runs.contains { $0.state != .manifestOnly && $0.id.hasSameBytes(as: id) }
    }
  }
}
