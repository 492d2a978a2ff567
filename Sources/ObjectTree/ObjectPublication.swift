internal import ManifestModel
internal import ObjectStorage
internal import StoredTree

/// An asset in a store of objects that is being written. Nobody is kept out of it.
final class ObjectPublication: AssetPublication {
  /// The longest key, in bytes.
  private static let longestKey = 1_024

  /// One file on its way.
  private struct Place {
    let file: TreeFile
    let key: [UInt8]
    var bytes: [UInt8] = []
    var former: Revision?
    var kind = StagedKind.usual
    var written: ObjectVersion?
  }

  let asset: AssetIdentifier
  private let publisher: ObjectPublisher
  private var tree: ObjectTree { publisher.tree }
  private let ledger = ReadLedger()
  private let session: ObjectSession
  private var places: [Place] = []

  init(_ asset: AssetIdentifier, _ publisher: ObjectPublisher) {
    self.asset = asset
    self.publisher = publisher
    session = ObjectSession(publisher.tree, readers: nil, ledger: ledger)
  }

  func takeSession() -> any TreeSession { session }
  func makeSession() -> any TreeSession { ObjectSession(tree, readers: nil, ledger: ledger) }

  func revision(of file: TreeFile) throws(TreeFault) -> Revision? {
    try TreeFault.writing { () throws(ObjectError) in
      guard let facts = try tree.store.look(ObjectKey.of(file, of: asset, in: tree)) else { return nil }
      ledger.note(facts)
      return Revision(facts)
    }
  }

  // MARK: Staging

  func slot(for file: TreeFile) throws(TreeFault) -> FileSlot {
    let key = ObjectKey.of(file, of: asset, in: tree)
    guard key.count <= Self.longestKey else { throw TreeFault(.nameTooLong, "a key has 1,024 bytes at most") }
    places.append(Place(file: file, key: key))
    return FileSlot(number: places.count - 1)
  }

  func stage(_ slot: FileSlot, _ bytes: [UInt8], replacing former: Revision?, as kind: StagedKind) -> Timestamp? {
    places[slot.number].bytes = bytes
    places[slot.number].former = former
    places[slot.number].kind = kind
    return nil
  }

  func endStaging(_ failed: (FileSlot?, TreeFault) -> Void) {}
  func discard(_ slot: FileSlot) {}
  func endRuns() {}

  // MARK: Putting in place

  func publish(_ slot: FileSlot) throws(TreeFault) -> PublishOutcome {
    let place = places[slot.number]
    let isExclusive = place.kind == .exclusiveBeginning && !tree.conditions.areIgnored
    let written = try TreeFault.writing { () throws(ObjectError) -> ObjectVersion? in
      if isExclusive, try !claim(place) { return nil }
      let former: ObjectVersion?
      if let revision = place.former {
        // What was not read here was not decided on.
        guard let version = ledger.version(of: revision) else { return nil }
        former = version
      } else {
        former = nil
      }
      let isRun = place.file != .manifest
      if let version = try publisher.put(place.key, place.bytes, replacing: former, mayAsk: isRun) { return version }
      // Another writer may have put the run that was claimed here, with these very bytes.
      guard isExclusive, let found = try tree.store.get(place.key, atMost: place.bytes.count + 1),
        found.isWhole, found.bytes == place.bytes
      else { return nil }
      return found.facts.version
    }
    guard let written else { return .conflict }
    places[slot.number].written = written
    return .done
  }

  /// Takes the right to begin a run from all who have read what this writer has read.
  ///
  /// - Returns: whether it was to be had. If not, it is to be decided again from what there is then.
  private func claim(_ place: Place) throws(ObjectError) -> Bool {
    guard case .run(let run) = place.file, let decision = ledger.decision else { return false }
    let key = ObjectKey.of(.manifest, of: asset, in: tree)
    var manifest = Manifest(asset: asset)
    if let object = decision.manifest {
      do throws(ManifestDecodingError) { manifest = try ManifestCodec.decodeManifest(object.bytes) } catch {
        throw noClaim("is damaged, so that no run can be claimed in it: repair it", key)
      }
      // It has a text that cannot be written again as it stands.
      if manifest.isLossy {
        throw noClaim("holds half of a surrogate pair, so that no run can be claimed in it: correct it", key)
      }
      if let other = RunClaim(in: manifest), !decision.runs.contains(Array(other.run.utf8)) {
        // Claimed, and not there when the runs were listed.
        let key = ObjectKey.of(.run(other.run), of: asset, in: tree)
        _ = try publisher.put(key, other.metadata, replacing: nil, mayAsk: false)
        return false
      }
    }
    let next = ManifestCodec.encode(RunClaim(run: run, metadata: place.bytes).entered(in: manifest))
    guard next.count <= TreeFile.mostBytes else {
      throw noClaim("would have \(next.count) bytes with the claim of a run, and 16 MiB is the limit: record less", key)
    }
    return try publisher.put(key, next, replacing: decision.manifest?.facts.version, mayAsk: false) != nil
  }

  private func noClaim(_ reason: String, _ key: [UInt8]) -> ObjectError {
    ObjectError(.unsupported, "\(tree.root)/\(String(decoding: key, as: UTF8.self)) \(reason).")
  }

  // MARK: The end

  /// The answer to a write has no time, and a listing has one.
  func end(with slots: [FileSlot]) -> [PublishedFile] {
    slots.map { slot in
      let place = places[slot.number]
      do throws(ObjectError) {
        // The catalog deletes nothing, so that a store that no longer has it never kept it.
        guard let facts = try tree.store.look(place.key) else { return .lost }
        return facts.version == place.written ? .standing(Revision(facts)) : .unknown
      } catch {
        return .unknown
      }
    }
  }
}
