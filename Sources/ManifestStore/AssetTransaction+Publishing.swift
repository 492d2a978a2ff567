internal import LinuxSystem
internal import LocalTree
internal import ManifestModel
internal import StoredTree

/// Putting in place what was written.
extension AssetTransaction {
  /// How often the merge is redone when another program rewrites the manifest meanwhile.
  private static let merges = 5

  /// Puts the runs' metadata in place.
  func publishRuns() {
    var isEntryNew = false
    for run in going {
      do throws(SystemError) {
        // Opened, so that a link in the place of the folder is refused and not followed.
        path.set(MetadataLayout.runPrefix, runs[run].id)
        let runFolder = try fileSystem.openFolder(path.pointer, in: folder.descriptor)
        defer { fileSystem.close(runFolder) }
        if runs[run].isOnlyAlive, try isRewritten(run) {
          fail(run, rewritten(runs[run].id))
          continue
        }
        try drafts.publish(runs[run].draft!, as: MetadataLayout.runMetadataEntry, in: runFolder)
        runs[run].isPublished = true
        // Of two signs of life the older one will do after a crash.
        if runs[run].isOnlyAlive { continue }
        if syncsEachFile { try fileSystem.synchronizeFolder(runFolder) }
      } catch {
        fail(run, writing: layout.runMetadataPath(asset, runID: runs[run].id), error)
        continue
      }
      let former = runs[run].former
      isEntryNew = isEntryNew || former.map { !durable.contains($0, of: asset) } ?? true
    }
    if syncsEachFile, isEntryNew {
      do throws(SystemError) {
        try fileSystem.synchronizeFolder(folder.descriptor)
      } catch {
        failAll(StoreError(writing: absolute(layout.assetPath(asset)), error))
      }
    }
  }

  /// Whether somebody else has written a run's metadata since it was read. mad_prefect takes no lock, and a sign of life must
  /// not undo the end of a run.
  private func isRewritten(_ run: Int) throws(SystemError) -> Bool {
    path.set(MetadataLayout.runPrefix, runs[run].id, MetadataLayout.runEnding)
    return try fileSystem.status(path.pointer, in: folder.descriptor).revision != runs[run].former
  }

  private func rewritten(_ run: String) -> StoreError {
    StoreError(
      .busy, "\(absolute(layout.runMetadataPath(asset, runID: run))) was rewritten by another program: try again.")
  }

  /// Puts the manifest in place, if there is one to write.
  func publishManifest() {
    do throws(StoreError) {
      try replaceManifest()
    } catch {
      failEnds(error)
    }
  }

  private func replaceManifest() throws(StoreError) {
    for _ in 0..<Self.merges {
      if ends.isEmpty { return dropManifest() }
      do throws(SystemError) {
        // Reports that failed after the draft was made must not be told of.
        if let draft = manifestDraft, mergedEnds == ends.count, try manifestRevision() == seenManifest {
          try drafts.publish(draft, as: MetadataLayout.manifestEntry, in: folder.descriptor)
          isManifestPublished = true
          if syncsEachFile { try fileSystem.synchronizeFolder(folder.descriptor) }
          return
        }
      } catch {
        throw StoreError(writing: absolute(layout.manifestPath(asset)), error)
      }
      dropManifest()
      try draftManifest()
      do throws(SystemError) {
        // The others are on the disk already.
        if manifestDraft != nil { try drafts.synchronize(&manifestDraft!) }
      } catch {
        throw StoreError(writing: absolute(layout.manifestPath(asset)), error)
      }
    }
    throw StoreError(
      .busy, "\(absolute(layout.manifestPath(asset))) is rewritten by another program all the time: try again.")
  }
}
