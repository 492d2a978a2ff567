internal import ManifestModel
internal import StoredTree

/// Putting in place what was staged.
extension AssetTransaction {
  /// How often the merge is redone when another program rewrites the manifest meanwhile.
  private static let merges = 5

  /// Puts the runs' metadata in place.
  func publishRuns() {
    for run in going {
      do throws(TreeFault) {
        switch try publication.publish(runs[run].slot) {
        case .done: runs[run].isPublished = true
        case .conflict: fail(run, rewritten(runs[run].id, isConflict: !runs[run].isOnlyAlive))
        }
      } catch {
        fail(run, writing: layout.runMetadataPath(asset, runID: runs[run].id), error)
      }
    }
    do throws(TreeFault) { try publication.endRuns() } catch {
      failAll(StoreError(writing: absolute(layout.assetPath(asset)), error, for: .record))
    }
  }

  /// - Parameter isConflict: whether it is to be decided once more; a sign of life comes again by itself.
  func rewritten(_ run: String, isConflict: Bool) -> StoreError {
    var error = StoreError(
      .busy, "\(absolute(layout.runMetadataPath(asset, runID: run))) was rewritten by another program: try again.")
    error.isConflict = isConflict
    return error
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
    var pause = pauses.first
    for _ in 0..<Self.merges {
      if ends.isEmpty { return dropManifest() }
      // Reports that failed after the manifest was staged must not be told of.
      if let manifestSlot, isManifestStaged, mergedEnds == ends.count {
        let outcome = try naming(layout.manifestPath(asset)) { () throws(TreeFault) in
          try publication.publish(manifestSlot)
        }
        if case .done = outcome {
          isManifestPublished = true
          return
        }
        pauses.wait(&pause)
      }
      dropManifest()
      try stageManifest()
    }
    throw StoreError(
      .busy, "\(absolute(layout.manifestPath(asset))) is rewritten by another program all the time: try again.")
  }
}
