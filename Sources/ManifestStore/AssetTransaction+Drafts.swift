internal import LinuxSystem
internal import LocalTree
internal import ManifestModel
internal import StoredTree

/// Writing what is to be put in place.
extension AssetTransaction {
  /// Drafts that may be open at once: the drafts of more runs are put on the disk one by one.
  private static let openDrafts = 16

  /// Writes the drafts of all files and, if `syncsEachFile`, puts them and the folders above the asset's on the disk.
  func writeDrafts() {
    for run in runs.indices {
      do throws(SystemError) {
        path.set(MetadataLayout.runPrefix, runs[run].id, MetadataLayout.runEnding)
        let target = runs[run].former == nil ? nil : path.pointer
        runs[run].draft = try drafts.write(runs[run].bytes, replacing: target)
        if runs[run].beatsNow { try beatByFileClock(run, replacing: target) }
        if !syncsEachFile {
          drafts.close(&runs[run].draft!)
        } else if run >= Self.openDrafts {
          try drafts.synchronize(&runs[run].draft!)
        }
      } catch {
        fail(run, writing: layout.runMetadataPath(asset, runID: runs[run].id), error)
      }
    }
    do throws(StoreError) {
      try draftManifest()
      if !syncsEachFile, manifestDraft != nil { drafts.close(&manifestDraft!) }
    } catch {
      failEnds(error)
    }
    if syncsEachFile { synchronizeDrafts() }
  }

  /// How far the clock of this process and that of the file system may be apart before a heartbeat takes the latter, in
  /// microseconds.
  private static let clockTolerance: Int64 = 2_000_000

  /// Lets a heartbeat bear the time of the file system, where the clock of this process is another: all who read the tree see
  /// the same files, whatever their clocks, and a clock that is minutes behind would have every heartbeat come too late.
  private func beatByFileClock(_ run: Int, replacing target: UnsafePointer<CChar>?) throws(SystemError) {
    guard let draft = runs[run].draft, let beat = runs[run].metadata.heartbeatAt?.microseconds else { return }
    let written = draft.written.modifiedNanoseconds / 1000
    guard beat.saturatingSubtract(written).magnitude > UInt64(Self.clockTolerance) else { return }
    runs[run].metadata.heartbeatAt = Timestamp(microseconds: written)
    runs[run].bytes = ManifestCodec.encode(runs[run].metadata)
    drafts.discard(runs[run].draft.take()!)
    runs[run].draft = try drafts.write(runs[run].bytes, replacing: target)
  }

  func fail(_ run: Int, writing file: String, _ error: SystemError) {
    fail(run, StoreError(writing: absolute(file), error))
  }

  /// Merges the reports into the manifest as it is on the disk, and writes the draft.
  func draftManifest() throws(StoreError) {
    let ends = ends
    mergedEnds = ends.count
    // A file that nobody is going to replace is looked at for what it proves.
    guard !ends.isEmpty else {
      if runs.contains(where: { $0.failure == nil }) { seenManifest = try? manifestRevision() }
      return
    }
    let file = layout.manifestPath(asset)
    let former = try readManifest()
    var merged = ends.reduce(former) { merge($1, into: $0) }
    var bytes = merged.map { ManifestCodec.encode($0) } ?? []
    if bytes.count > TreeFile.mostBytes {
      (merged, bytes) = mergeWhatFits(into: former)
    }
    guard let merged, !bytes.isEmpty else { return }
    do throws(SystemError) {
      path.set(MetadataLayout.manifestEntry)
      manifestDraft = try drafts.write(bytes, replacing: seenManifest == nil ? nil : path.pointer)
    } catch {
      throw StoreError(writing: absolute(file), error)
    }
    manifest = merged
  }

  private func merge(_ end: Entry, into former: Manifest?) -> Manifest {
    end.report.manifest(after: former, metadata: end.metadata, layout: layout, at: now)
  }

  /// Merges one report after the other, and fails those with which the manifest would be too large.
  ///
  /// The reports of one run fail together. When one fails after another of its run was merged, the merge begins anew with
  /// what is left: the manifest must not name a run of which nothing is written.
  private func mergeWhatFits(into former: Manifest?) -> (Manifest?, [UInt8]) {
    passes: while true {
      var merged = former
      var bytes: [UInt8] = []
      var mergedRuns: Set<Int> = []
      for end in ends where runs[end.run].failure == nil {
        let next = merge(end, into: merged)
        let encoded = ManifestCodec.encode(next)
        do throws(StoreError) {
          try check(size: encoded.count, of: layout.manifestPath(asset))
          (merged, bytes) = (next, encoded)
          mergedRuns.insert(end.run)
        } catch {
          fail(end.run, error)
          if mergedRuns.contains(end.run) { continue passes }
        }
      }
      mergedEnds = ends.count
      return (merged, bytes)
    }
  }

  private func synchronizeDrafts() {
    // All of it is under way before the first is waited for.
    for run in going.dropFirst() { drafts.startWriting(runs[run].draft!) }
    if let manifestDraft { drafts.startWriting(manifestDraft) }
    for run in going {
      do throws(SystemError) {
        try drafts.synchronize(&runs[run].draft!)
      } catch {
        fail(run, writing: layout.runMetadataPath(asset, runID: runs[run].id), error)
      }
    }
    do throws(SystemError) {
      if manifestDraft != nil { try drafts.synchronize(&manifestDraft!) }
    } catch {
      failEnds(StoreError(writing: absolute(layout.manifestPath(asset)), error))
    }
    // Who is alive has begun, and the folders were put on the disk then.
    if going.contains(where: { !runs[$0].isOnlyAlive }) { synchronizeParents() }
  }

  /// Puts the folders above on the disk, unless this process knows that they are there.
  private func synchronizeParents() {
    if let seenManifest, durable.contains(seenManifest, of: asset) { return }
    do throws(SystemError) {
      try fileSystem.synchronizeFolder(folder.nameFolder)
      try fileSystem.synchronizeFolder(tree.descriptor)
      try tree.synchronizePath(fileSystem)
    } catch {
      failAll(StoreError(writing: absolute(layout.assetPath(asset)), error))
    }
  }
}
