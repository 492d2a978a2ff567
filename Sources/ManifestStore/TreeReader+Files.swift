internal import Glibc
internal import LinuxSystem
package import ManifestModel

extension TreeReader {
  /// Reads the manifest in an open asset folder.
  package func readManifest(in folder: Int32) throws(StoreError) -> FileObservation<Manifest> {
    path.set("manifest.json")
    return try read(in: folder) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: false)
    }
  }

  /// Reads the manifest in an open asset folder, for the mirror.
  package func readManifest(
    in folder: Int32, within limits: MirrorLimits
  ) throws(StoreError) -> FileObservation<Manifest> {
    path.set("manifest.json")
    return try read(in: folder) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, within: limits)
    }
  }

  /// Reads the metadata of one run in an open asset folder, for the mirror.
  package func readRun(
    _ run: String, in folder: Int32, within limits: MirrorLimits
  ) throws(StoreError) -> FileObservation<RunMetadata> {
    path.set("asset_run_id=", run, "/metadata.json")
    return try read(in: folder) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, within: limits)
    }
  }

  /// Reads the manifest of an asset whole, with the fields that nobody here knows.
  package func readManifest(of asset: AssetIdentifier) throws(StoreError) -> FileObservation<Manifest> {
    setPath(of: asset, "/manifest.json")
    return try read(in: descriptor) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: true)
    }
  }

  /// Reads the metadata of one run in an open asset folder.
  package func readRun(_ run: String, in folder: Int32) throws(StoreError) -> FileObservation<RunMetadata> {
    path.set("asset_run_id=", run, "/metadata.json")
    return try read(in: folder) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: false)
    }
  }

  /// Reads the manifest in an open asset folder whole, with the fields that nobody here knows.
  func readWholeManifest(in folder: Int32) throws(StoreError) -> FileObservation<Manifest> {
    path.set("manifest.json")
    return try read(in: folder, forRewriting: true) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: true)
    }
  }

  /// Reads the metadata of one run in an open asset folder whole, with the fields that nobody here knows.
  func readWholeRun(_ run: String, in folder: Int32) throws(StoreError) -> FileObservation<RunMetadata> {
    path.set("asset_run_id=", run, "/metadata.json")
    return try read(in: folder, forRewriting: true) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: true)
    }
  }

  /// Reads the file at the path in the buffer.
  ///
  /// Writers overwrite files in place, so a reader can meet one that is empty or half-written, and most such reads have a
  /// stable stat: only the document itself tells, since no proper prefix of one is another. What does not parse is read
  /// again a few times if it was touched recently, and is `torn` if that did not help.
  ///
  /// The status is taken before the bytes: they may be newer than the fingerprint, which the next scan then notices, but never older.
  ///
  /// - Parameter forRewriting: Whether the caller would replace a damaged file. What is beyond a limit of ours is then
  ///   `tooLarge`, whatever else it is called.
  private func read<Value>(
    in folder: Int32, forRewriting: Bool = false,
    decode: (UnsafeRawBufferPointer) throws(ManifestDecodingError) -> Value
  ) throws(StoreError) -> FileObservation<Value> {
    for delay in Self.retryMicroseconds {
      if delay > 0 {
        guard patienceMicroseconds >= delay else { break }
        patienceMicroseconds -= delay
        fileSystem.sleep(microseconds: delay)
      }
      let status: FileStatus
      do throws(SystemError) {
        guard let found = try statusAtPath(in: folder) else { return .absent }
        status = found
      } catch {
        return try unreadable(error)
      }
      guard status.kind == .file else {
        return .bad(.notAFile, "This is \(status.kind.description), where a file should be.", status.fingerprint)
      }
      guard status.fingerprint.size <= Self.largestFile else {
        return .bad(
          .tooLarge, "The file has \(status.fingerprint.size) bytes; 16 MiB is the limit.", status.fingerprint)
      }
      let isLarge = status.fingerprint.size > LargeFileTurn.size
      if isLarge { LargeFileTurn.take() }
      defer {
        if isLarge {
          makeContents(byteCount: Self.usualFile)
          LargeFileTurn.giveBack()
        }
      }
      let bytes: UnsafeRawBufferPointer
      do throws(SystemError) {
        guard let all = try readAll(expecting: Int(status.fingerprint.size), in: folder) else { continue }
        bytes = all
      } catch {
        if error.isAbsence { return .absent }
        if error.number == ELOOP || error.number == EXDEV { continue }
        return try unreadable(error)
      }
      do throws(ManifestDecodingError) {
        return .good(try decode(bytes), status.fingerprint)
      } catch {
        // No writer's half-finished work is beyond a limit.
        if !error.isDamage || isSettled(status.fingerprint) {
          let kind = forRewriting && !error.isDamage ? .tooLarge : error.problemKind
          return .bad(kind, error.message, status.fingerprint)
        }
      }
    }
    return .torn
  }

  /// Reads a file to its end into the buffer; `nil` if it grew over the limit meanwhile.
  private func readAll(expecting size: Int, in folder: Int32) throws(SystemError) -> UnsafeRawBufferPointer? {
    if contents.count <= size { makeContents(byteCount: size + Self.usualFile) }
    let descriptor = try fileSystem.openFile(path.pointer, in: folder)
    defer { fileSystem.close(descriptor) }
    filesRead += 1
    var count = 0
    while true {
      let room = UnsafeMutableRawBufferPointer(rebasing: contents[count...])
      let step = try fileSystem.read(descriptor, into: room)
      count += step
      // A read that ends short of the buffer, at or past the size that the file had, has met the end.
      if step == 0 || (count >= size && step < room.count) {
        return UnsafeRawBufferPointer(rebasing: contents[..<count])
      }
      if count == contents.count { return nil }
    }
  }

  private func makeContents(byteCount: Int) {
    contents.deallocate()
    contents = .allocate(byteCount: byteCount, alignment: 16)
  }

  private func unreadable<Value>(_ error: SystemError) throws(StoreError) -> FileObservation<Value> {
    try throwIfExhausted(error)
    return .bad(.unreadable, "The file cannot be read: \(error.text).", nil)
  }
}

/// What came of reading one file. Indirect, so that copies do not count a reference for every text in it.
package indirect enum FileObservation<Value: Sendable>: Sendable {
  /// There is no such file.
  case absent
  /// It was read, and had this fingerprint at most.
  case good(Value, Fingerprint)
  /// It cannot be used. Without a fingerprint it was not even looked at, and is to be tried again.
  case bad(ProblemKind, String, Fingerprint?)
  /// It does not parse, but was touched so recently that a writer may be at it: neither good nor a problem.
  case torn
}

extension ManifestDecodingError {
  var problemKind: ProblemKind {
    switch kind {
    case .invalidJSON: .invalidJSON
    case .invalidManifest: .invalidManifest
    case .invalidRun: .invalidRun
    case .tooLarge: .tooLarge
    }
  }
}
