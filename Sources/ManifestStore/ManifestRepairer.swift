package import ManifestModel
package import StoredTree

/// Writes the manifests that the runs of their assets imply, so that each file is at any instant the old or the new
/// one.
///
/// For each asset, while it is held: read the manifest and all runs, decide, stage the manifest and let the storage
/// make that durable; then put it in place, if the file still is the one that was read, and make that durable. A
/// manifest that another program rewrote meanwhile is decided on again. As with records, many assets are settled
/// together.
package final class ManifestRepairer {
  /// What became of one asset.
  package struct Outcome: Sendable {
    package var asset: AssetIdentifier
    /// The repair that was made, or is to be made; `nil` where there is nothing to repair.
    package var result: Result<ManifestRepair?, StoreError>
    /// What was written, for the index.
    package var written: WrittenAsset?
  }

  /// Assets that are held at once: a process may have few descriptors.
  private static let chunk = 64
  /// How often it is decided again when another program rewrites the manifest meanwhile.
  private static let decisions = 5
  /// How long to wait for the rest of what a writer has begun: mad_prefect writes a run, then the manifest.
  private static let pause: UInt32 = 250_000

  private let publisher: any TreePublisher
  private let storage: any TreeStorage
  private let now: Timestamp
  private let layout: MetadataLayout
  private let holds: AssetHolds
  /// How often there may be such a pause, all assets taken together.
  private var pauses = 2

  package init(
    _ publisher: any TreePublisher, now: Timestamp, lockPatienceMicroseconds: Int64 = 10_000_000,
    onWarning: @escaping (String) -> Void = { _ in }
  ) {
    self.publisher = publisher
    storage = publisher.storage
    self.now = now
    layout = MetadataLayout(folder: storage.metadataFolder)
    holds = AssetHolds(publisher, for: .repair, patienceMicroseconds: lockPatienceMicroseconds, onWarning: onWarning)
  }

  /// Says what is to be repaired, and changes nothing.
  package func plan(_ assets: [AssetIdentifier]) -> [Outcome] {
    assets.map { asset in
      do throws(StoreError) {
        let reader = TreeReader(storage)
        let repair = try reader.visiting(asset, at: layout) { () throws(StoreError) in try decide(asset, reader) }
        return Outcome(asset: asset, result: .success(repair ?? nil))
      } catch {
        return Outcome(asset: asset, result: .failure(error))
      }
    }
  }

  /// Repairs what is to be repaired.
  ///
  /// Assets that others are writing come last. Nothing is held while waiting for one.
  package func repair(_ assets: [AssetIdentifier]) -> [Outcome] {
    var outcomes = assets.map { Outcome(asset: $0, result: .success(nil)) }
    var waiting = Array(assets.indices)
    let chunk = max(1, min(Self.chunk, publisher.mostHeld(of: assets.count)))
    var pause = AssetHolds.firstPause
    while true {
      var busy: [Int] = []
      for start in stride(from: 0, to: waiting.count, by: chunk) {
        busy += repair(waiting[start..<min(start + chunk, waiting.count)], &outcomes)
      }
      if busy.isEmpty { return outcomes }
      if busy.count < waiting.count {
        pause = AssetHolds.firstPause
      } else if !holds.wait(&pause) {
        for place in busy { outcomes[place].result = .failure(publisher.busy(assets[place])) }
        return outcomes
      }
      waiting = busy
    }
  }

  /// An asset on its way, and the file that was there when its repair was decided on.
  private struct Step {
    let publication: any AssetPublication
    let slot: FileSlot
    var repair: ManifestRepair
    var seen: Revision?
  }

  /// Repairs the assets at some places among those of the caller.
  ///
  /// - Returns: the places of those that others are writing.
  private func repair(_ places: ArraySlice<Int>, _ outcomes: inout [Outcome]) -> [Int] {
    let batch = publisher.beginBatch(of: places.count)
    var busy: [Int] = []
    var steps: [(place: Int, step: Step)] = []
    for place in places {
      do throws(StoreError) {
        switch try holds.tryHold(outcomes[place].asset, batch) {
        case .held(let publication):
          if let step = try prepare(publication) { steps.append((place, step)) }
        case .gone: break
        case .busy: busy.append(place)
        }
      } catch {
        outcomes[place].result = .failure(error)
      }
    }
    settle(&steps, batch, &outcomes)
    var published: [(place: Int, step: Step)] = []
    for (place, step) in steps {
      do throws(StoreError) {
        if let step = try publish(step) { published.append((place, step)) }
      } catch {
        outcomes[place].result = .failure(error)
      }
    }
    settle(&published, batch, &outcomes)
    for (place, step) in published {
      let file = step.publication.end(with: [step.slot])[0]
      if file == .lost {
        let path = layout.manifestPath(step.publication.asset)
        outcomes[place].result = .failure(StoreError(lost: "\(storage.root)/\(path)", for: .repair))
        continue
      }
      outcomes[place].result = .success(step.repair)
      var written = WrittenAsset(asset: step.publication.asset)
      written.manifest = (step.repair.after, file.revision)
      outcomes[place].written = written
    }
    return busy
  }

  /// Makes durable what was written for all; if that fails, it has failed for all.
  private func settle(
    _ steps: inout [(place: Int, step: Step)], _ batch: any PublicationBatch, _ outcomes: inout [Outcome]
  ) {
    if publisher.traits.isDurableAtOnce || steps.isEmpty { return }
    do throws(TreeFault) {
      try batch.settle(steps.map(\.step.publication))
    } catch {
      for (place, step) in steps {
        step.publication.discard(step.slot)
        outcomes[place].result = .failure(StoreError(writing: storage.path, error, for: .repair))
      }
      steps = []
    }
  }

  // MARK: One asset

  private func decide(_ asset: AssetIdentifier, _ reader: TreeReader) throws(StoreError) -> ManifestRepair? {
    let look = try reader.look(at: asset, at: now)
    let repair = try look.repair(of: asset, at: now, root: storage.root, layout: layout)
    guard repair != nil, look.isFresh, pauses > 0 else { return repair }
    pauses -= 1
    publisher.pause(microseconds: Self.pause)
    return try reader.look(at: asset, at: now).repair(of: asset, at: now, root: storage.root, layout: layout)
  }

  /// - Returns: `nil` where there is nothing to repair.
  private func prepare(_ publication: any AssetPublication) throws(StoreError) -> Step? {
    guard let (repair, seen) = try decide(publication) else { return nil }
    let slot = try naming(publication) { () throws(TreeFault) in try publication.slot(for: .manifest) }
    let step = Step(publication: publication, slot: slot, repair: repair, seen: seen)
    try stage(step)
    var failure: StoreError?
    publication.endStaging { [self] _, fault in
      failure = StoreError(writing: manifestPath(of: publication.asset), fault, for: .repair)
    }
    if let failure {
      publication.discard(slot)
      throw failure
    }
    return step
  }

  private func decide(_ publication: any AssetPublication) throws(StoreError) -> (ManifestRepair, Revision?)? {
    // Before the file is read: what is written after this is another file.
    let seen = try naming(publication) { () throws(TreeFault) in try publication.revision(of: .manifest) }
    let reader = TreeReader(publication.makeSession(), root: storage.root)
    return try decide(publication.asset, reader).map { ($0, seen) }
  }

  private func stage(_ step: Step) throws(StoreError) {
    let bytes = ManifestCodec.encode(step.repair.after)
    guard bytes.count <= TreeFile.mostBytes else {
      throw StoreError(
        .cannotWrite,
        "\(manifestPath(of: step.publication.asset)) was left alone: it would have \(bytes.count) bytes, and 16 MiB is the limit."
      )
    }
    do throws(StoreError) {
      try naming(step.publication) { () throws(TreeFault) in
        _ = try step.publication.stage(step.slot, bytes, replacing: step.seen, as: .usual)
      }
    } catch {
      step.publication.discard(step.slot)
      throw error
    }
  }

  private func naming<R>(
    _ publication: any AssetPublication, _ body: () throws(TreeFault) -> R
  ) throws(StoreError) -> R {
    do throws(TreeFault) { return try body() } catch {
      throw StoreError(writing: manifestPath(of: publication.asset), error, for: .repair)
    }
  }

  /// - Returns: what was published; `nil` where it turned out that there is nothing to repair any more.
  private func publish(_ first: Step) throws(StoreError) -> Step? {
    var step = first
    let publication = step.publication
    let pauses = ConflictPauses(publisher)
    var pause = pauses.first
    for _ in 0..<Self.decisions {
      do throws(StoreError) {
        let outcome = try naming(publication) { () throws(TreeFault) in try publication.publish(step.slot) }
        if case .done = outcome { return step }
      } catch {
        publication.discard(step.slot)
        throw error
      }
      publication.discard(step.slot)
      pauses.wait(&pause)
      guard let (repair, seen) = try decide(publication) else { return nil }
      (step.repair, step.seen) = (repair, seen)
      try stage(step)
    }
    publication.discard(step.slot)
    throw StoreError(
      .busy, "\(manifestPath(of: publication.asset)) is rewritten by another program all the time: try again.")
  }

  private func manifestPath(of asset: AssetIdentifier) -> String { "\(storage.root)/\(layout.manifestPath(asset))" }
}
