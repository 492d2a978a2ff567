internal import ManifestModel
internal import StoredTree

/// Writing down what is to be put in place.
extension AssetTransaction {
  /// Stages all files.
  func stage() {
    for run in runs.indices {
      do throws(TreeFault) {
        let time = try stage(run)
        if runs[run].beatsNow, let time { try beat(run, at: time) }
      } catch {
        fail(run, writing: layout.runMetadataPath(asset, runID: runs[run].id), error)
      }
    }
    do throws(StoreError) { try stageManifest() } catch { failEnds(error) }
    publication.endStaging { slot, fault in
      guard let slot else {
        return failAll(StoreError(writing: absolute(layout.assetPath(asset)), fault, for: .record))
      }
      if let run = runs.firstIndex(where: { $0.slot == slot }) {
        fail(run, writing: layout.runMetadataPath(asset, runID: runs[run].id), fault)
      } else {
        failEnds(StoreError(writing: absolute(layout.manifestPath(asset)), fault, for: .record))
      }
    }
  }

  /// - Returns: when that was, by the clock of the storage.
  private func stage(_ run: Int) throws(TreeFault) -> Timestamp? {
    let kind: StagedKind =
      runs[run].isOnlyAlive ? .signOfLife : runs[run].isExclusive ? .exclusiveBeginning : .usual
    return try publication.stage(runs[run].slot, runs[run].bytes, replacing: runs[run].former, as: kind)
  }

  /// How far the clock of this process and that of the storage may be apart before a heartbeat takes the latter, in
  /// microseconds.
  private static let clockTolerance: Int64 = 2_000_000

  /// Lets a heartbeat bear the time of the storage, where the clock of this process is another: all who read the tree
  /// see the same files, whatever their clocks, and a clock that is minutes behind would have every heartbeat come too
  /// late.
  private func beat(_ run: Int, at time: Timestamp) throws(TreeFault) {
    guard let beat = runs[run].metadata.heartbeatAt?.microseconds,
      beat.saturatingSubtract(time.microseconds).magnitude > UInt64(Self.clockTolerance)
    else { return }
    runs[run].metadata.heartbeatAt = time
    runs[run].bytes = ManifestCodec.encode(runs[run].metadata)
    _ = try stage(run)
  }

  func fail(_ run: Int, writing file: String, _ fault: TreeFault) {
    fail(run, StoreError(writing: absolute(file), fault, for: .record))
  }

  /// Merges the reports into the manifest as it is now, and stages it.
  func stageManifest() throws(StoreError) {
    let ends = ends
    mergedEnds = ends.count
    if ends.isEmpty { return }
    let former = try readManifest()
    var merged = ends.reduce(former) { merge($1, into: $0) }
    var bytes = merged.map { ManifestCodec.encode($0) } ?? []
    if bytes.count > TreeFile.mostBytes {
      (merged, bytes) = mergeWhatFits(into: former)
    }
    guard let merged, !bytes.isEmpty else { return }
    try naming(layout.manifestPath(asset)) { () throws(TreeFault) in
      let slot: FileSlot
      if let known = manifestSlot { slot = known } else { slot = try publication.slot(for: .manifest) }
      manifestSlot = slot
      _ = try publication.stage(slot, bytes, replacing: seenManifest, as: .usual)
    }
    isManifestStaged = true
    manifest = merged
  }

  private func merge(_ end: Entry, into former: Manifest?) -> Manifest {
    end.report.manifest(after: former, metadata: end.metadata, layout: layout, at: now)
  }

  /// Merges one report after the other, and fails those with which the manifest would be too large.
  ///
  /// The reports of one run fail together. When one fails after another of its run was merged, the merge begins again
  /// with what is left: the manifest must not name a run of which nothing is written.
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
}
