package import ManifestModel

/// What one asset's folder holds: its manifest, and what each run tells.
package struct AssetLook: Sendable {
  /// The manifest, with the fields that nobody here knows.
  package var manifest: FileObservation<Manifest>
  package var runs: [RunOnDisk] = []
  /// Runs whose files cannot be read, and why.
  package var unread: [(run: String, message: String)] = []
  /// Whether a run's file is being written, as far as can be seen.
  package var isRunTorn = false
  /// Whether something was touched so recently that its writer may have more to do.
  package var isFresh = false
}

extension TreeReader {
  /// Looks at everything in an open asset folder. A run without a file has not got that far, and is passed over.
  package func look(in folder: Int32) throws(StoreError) -> AssetLook {
    var look = AssetLook(manifest: try readWholeManifest(in: folder))
    if case .good(_, let fingerprint) = look.manifest, !isSettled(fingerprint) { look.isFresh = true }
    for run in try runs(in: folder) {
      switch try readRun(run, in: folder) {
      case .absent: continue
      case .good(let metadata, let fingerprint):
        if let id = metadata.id, !id.hasSameBytes(as: run) {
          look.unread.append((run, "The file holds the metadata of the run \(id)."))
          continue
        }
        if !isSettled(fingerprint) { look.isFresh = true }
        look.runs.append(
          RunOnDisk(
            id: run, metadata: metadata, writtenAt: Timestamp(microseconds: fingerprint.modifiedNanoseconds / 1_000),
            bytes: fingerprint.size))
      case .bad(_, let message, _): look.unread.append((run, message))
      case .torn:
        look.unread.append((run, "The file is being written."))
        look.isRunTorn = true
      }
    }
    return look
  }

  /// The ids of the runs that have a folder in an open asset folder.
  private func runs(in folder: Int32) throws(StoreError) -> NameList {
    path.set(".")
    do throws(SystemError) {
      // A descriptor of its own, since a listing moves on in the one it is made from.
      let copy = try fileSystem.openFolder(path.pointer, in: folder)
      defer { fileSystem.close(copy) }
      return try list(copy, prefix: "asset_run_id=").members
    } catch {
      throw StoreError(.inputOutput, "The runs of an asset cannot be listed: \(error.text).")
    }
  }
}
