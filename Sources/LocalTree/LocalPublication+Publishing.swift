internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// Putting in place what was staged, and the end.
extension LocalPublication {
  func publish(_ slot: FileSlot) throws(TreeFault) -> PublishOutcome {
    try TreeFault.telling { () throws(SystemError) in
      switch places[slot.number].file {
      case .manifest: try publishManifest(slot.number)
      case .run(let run): try publishRun(run, slot.number)
      }
    }
  }

  private func publishRun(_ run: String, _ place: Int) throws(SystemError) -> PublishOutcome {
    // Opened, so that a link in the place of the folder is refused and not followed.
    path.set(MetadataLayout.runPrefix, run)
    let runFolder = try fileSystem.openFolder(path.pointer, in: folder.descriptor)
    defer { fileSystem.close(runFolder) }
    let isOnlyAlive = places[place].kind == .signOfLife
    if isOnlyAlive, try isRewritten(place) { return .conflict }
    try drafts.publish(places[place].draft!, as: MetadataLayout.runMetadataEntry, in: runFolder)
    places[place].isPublished = true
    // Of two signs of life the older one will do after a crash.
    if isOnlyAlive { return .done }
    if syncsEachFile { try fileSystem.synchronizeFolder(runFolder) }
    isEntryNew = isEntryNew || places[place].former.map { !publisher.durable.contains($0, of: asset) } ?? true
    return .done
  }

  /// Whether somebody else has written a run's metadata since it was read. mad_prefect takes no lock, and a sign of
  /// life must not undo the end of a run.
  private func isRewritten(_ place: Int) throws(SystemError) -> Bool {
    setPath(places[place].file)
    return try fileSystem.status(path.pointer, in: folder.descriptor).revision != places[place].former
  }

  func endRuns() throws(TreeFault) {
    guard syncsEachFile, isEntryNew else { return }
    try TreeFault.telling { () throws(SystemError) in try fileSystem.synchronizeFolder(folder.descriptor) }
  }

  private func publishManifest(_ place: Int) throws(SystemError) -> PublishOutcome {
    guard let draft = places[place].draft, try status(of: .manifest)?.revision == seenManifest else { return .conflict }
    try drafts.publish(draft, as: MetadataLayout.manifestEntry, in: folder.descriptor)
    places[place].isPublished = true
    if syncsEachFile { try fileSystem.synchronizeFolder(folder.descriptor) }
    return .done
  }

  // MARK: The end

  /// The lock still holds. A file that somebody else has overwritten since gets no revision: it is not the one that was
  /// written.
  func end(with slots: [FileSlot]) -> [PublishedFile] {
    if slots.isEmpty {
      folder.removeIfMadeForNothing()
      return []
    }
    let manifest = (try? status(of: .manifest))?.revision
    let isManifestWritten = slots.contains { places[$0.number].file == .manifest }
    if !isManifestWritten, let manifest, manifest == seenManifest { insert(manifest, replacing: nil) }
    return slots.map { slot in
      let place = places[slot.number]
      let found = place.file == .manifest ? manifest : (try? status(of: place.file))?.revision
      guard let found, let draft = place.draft, draft.isSame(as: found) else { return .unknown }
      insert(found, replacing: place.former)
      return .standing(found)
    }
  }

  /// With the metadata of a run everything that leads to it was put on the disk, with a manifest alone nothing.
  private func insert(_ file: Revision, replacing former: Revision?) {
    guard places.contains(where: { $0.file != .manifest && $0.isPublished }) else { return }
    publisher.durable.insert(file, of: asset, replacing: former)
  }
}
