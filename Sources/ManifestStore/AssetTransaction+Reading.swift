internal import ManifestModel
internal import StoredTree

/// What is on the disk before a transaction, to be merged with.
extension AssetTransaction {
  /// The manifest to merge with: `nil` where there is none, or none that mad_prefect would load.
  func readManifest() throws(StoreError) -> Manifest? {
    let (value, revision) = try value(of: .manifest, at: layout.manifestPath(asset)) { reader throws(StoreError) in
      try reader.readWholeManifest(of: asset, forRewriting: true)
    }
    seenManifest = revision
    return value
  }

  /// The metadata of a run as it is on the disk, if it is of that run.
  func readRun(_ id: String) throws(StoreError) -> (RunMetadata?, Revision?) {
    let file = layout.runMetadataPath(asset, runID: id)
    let (value, revision) = try value(of: .run(id), at: file) { reader throws(StoreError) in
      try reader.readWholeRun(id, of: asset)
    }
    if let other = value?.id, !other.hasSameBytes(as: id) {
      throw StoreError(
        .refused, "\(absolute(file)) holds the metadata of the run \(other), not of \(id): choose another run id.")
    }
    return (value, revision)
  }

  /// - Returns: the value, if there is one to be had, and the revision that the file had before it was read.
  private func value<Value: Sendable>(
    of treeFile: TreeFile, at file: String, _ read: (TreeReader) throws(StoreError) -> FileObservation<Value>
  ) throws(StoreError) -> (Value?, Revision?) {
    var found = try read(reader)
    var revision: Revision?
    if case .torn = found {
      // The patience of the shared reader may have been spent on other assets. The status comes first, so that a writer
      // who is done in between is noticed.
      revision = try naming(file) { () throws(TreeFault) in try publication.revision(of: treeFile) }
      found = try read(TreeReader(publication.makeSession(), root: root))
    }
    switch found {
    case .absent: return (nil, nil)
    case .good(let value, let revision): return (value, revision)
    case .torn:
      onWarning("\(absolute(file)) was half-written, as far as could be seen, and was written again.")
      return (nil, revision)
    case .bad(.invalidJSON, let message, let revision), .bad(.invalidManifest, let message, let revision),
      .bad(.invalidRun, let message, let revision):
      onWarning("\(absolute(file)) was damaged and was written again: \(message)")
      return (nil, revision)
    case .bad(.unreadable, let message, _):
      throw StoreError(
        .inputOutput, "\(absolute(file)) was left alone: \(message) Make it readable, and record the run again.")
    case .bad(_, let message, _):
      throw StoreError(
        .cannotWrite, "\(absolute(file)) was left alone: \(message) Move it away, and record the run again.")
    }
  }
}
