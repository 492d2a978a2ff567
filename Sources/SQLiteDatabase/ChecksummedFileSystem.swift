import CSQLite
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A file system for SQLite that keeps a checksum in each page of a database, and lets no page pass that does not have
/// its own.
///
/// It stands before the file system that SQLite would have used, and does nothing to a database that does not leave
/// ``PageChecksum/size`` bytes of each page free. What other programs read is an ordinary database. What they write
/// into it has no right checksum and counts as damage; that they move pages from the log into the file, as the last one
/// to close it may, does not.
enum ChecksummedFileSystem {
  /// The file systems made so far, by the one that each stands before. There is one but in tests, which put in another.
  private static let known = Mutex<[UInt: UInt]>([:])

  /// The name to open a database by.
  ///
  /// - Throws: where SQLite does not start, for want of memory.
  static func name() throws(SQLiteError) -> UnsafePointer<CChar> {
    let code = sqlite3_initialize()
    guard code == SQLITE_OK, let system = sqlite3_vfs_find(nil) else {
      throw SQLiteError(connection: nil, code: code == SQLITE_OK ? SQLITE_ERROR : code)
    }
    let key = UInt(bitPattern: system)
    let (place, registered) = known.withLock { known in
      if let place = known[key] { return (place, SQLITE_OK) }
      let made = make(before: system, number: known.count)
      let place = UInt(bitPattern: made)
      let registered = sqlite3_vfs_register(made, 0)
      if registered == SQLITE_OK { known[key] = place }
      return (place, registered)
    }
    guard registered == SQLITE_OK else { throw SQLiteError(connection: nil, code: registered) }
    return UnsafePointer<sqlite3_vfs>(bitPattern: place)!.pointee.zName
  }

  /// Lives as long as the process, as SQLite wants it.
  private static func make(
    before system: UnsafeMutablePointer<sqlite3_vfs>, number: Int
  ) -> UnsafeMutablePointer<sqlite3_vfs> {
    let made = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    // What is not replaced here never looks at the file system that it is called with.
    made.initialize(to: system.pointee)
    made.pointee.pNext = nil
    made.pointee.zName = UnsafePointer(strdup("asset-catalog-\(number)"))
    made.pointee.pAppData = UnsafeMutableRawPointer(system)
    made.pointee.szOsFile += Int32(ChecksummedFile.size)
    made.pointee.xOpen = { system, path, file, flags, result in
      let real = ChecksummedFileSystem.realSystem(system)
      guard flags & SQLITE_OPEN_MAIN_DB != 0 else { return real.pointee.xOpen(real, path, file, flags, result) }
      return ChecksummedFile.open(in: real, path, at: file!, flags, result)
    }
    made.pointee.xDelete = { system, path, isSynced in
      let real = ChecksummedFileSystem.realSystem(system)
      return real.pointee.xDelete(real, path, isSynced)
    }
    made.pointee.xAccess = { system, path, flags, result in
      let real = ChecksummedFileSystem.realSystem(system)
      return real.pointee.xAccess(real, path, flags, result)
    }
    made.pointee.xFullPathname = { system, path, size, result in
      let real = ChecksummedFileSystem.realSystem(system)
      return real.pointee.xFullPathname(real, path, size, result)
    }
    return made
  }

  private static func realSystem(_ system: UnsafeMutablePointer<sqlite3_vfs>?) -> UnsafeMutablePointer<sqlite3_vfs> {
    system!.pointee.pAppData.assumingMemoryBound(to: sqlite3_vfs.self)
  }
}

/// A database file that SQLite has open: this, and after it, in the same piece of memory, the file of the real system.
struct ChecksummedFile {
  /// What SQLite calls.
  private var base: sqlite3_file
  /// Whether its pages end with checksums. Once seen it stays so: no database gives the room at the end of its pages
  /// back.
  private var isChecksummed: Bool

  /// Bytes before the real file, which begins where any value may.
  static let size = (MemoryLayout<ChecksummedFile>.size + 15) & ~15

  static func open(
    in system: UnsafeMutablePointer<sqlite3_vfs>, _ path: UnsafePointer<CChar>?,
    at place: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32, _ result: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    let file = UnsafeMutableRawPointer(place).bindMemory(to: ChecksummedFile.self, capacity: 1)
    file.initialize(to: ChecksummedFile(base: sqlite3_file(pMethods: nil), isChecksummed: false))
    let code = system.pointee.xOpen(system, path, real(place), flags, result)
    if real(place).pointee.pMethods != nil { file.pointee.base.pMethods = UnsafePointer(methods) }
    return code
  }

  private static func real(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
    (UnsafeMutableRawPointer(file) + size).assumingMemoryBound(to: sqlite3_file.self)
  }

  // MARK: Pages

  /// Whether that many bytes can be a page.
  private static func isPage(_ count: Int32) -> Bool { count >= 512 && count & (count - 1) == 0 }

  /// Whether the file has checksums, looked up until it has.
  private static func isChecksummed(_ file: UnsafeMutablePointer<sqlite3_file>) -> Bool {
    let known = UnsafeMutableRawPointer(file).assumingMemoryBound(to: ChecksummedFile.self)
    if known.pointee.isChecksummed { return true }
    // The header of a database: its first words, and at 20 how many bytes at the end of each page are free.
    var header: (UInt64, UInt64, UInt64) = (0, 0, 0)
    let real = real(file)
    return withUnsafeMutableBytes(of: &header) { header in
      guard real.pointee.pMethods.pointee.xRead(real, header.baseAddress, Int32(header.count), 0) == SQLITE_OK else {
        return false
      }
      return learn(from: UnsafeRawBufferPointer(header), file)
    }
  }

  /// - Parameter header: at least the first 24 bytes of the file.
  private static func learn(
    from header: UnsafeRawBufferPointer, _ file: UnsafeMutablePointer<sqlite3_file>
  ) -> Bool {
    let known = UnsafeMutableRawPointer(file).assumingMemoryBound(to: ChecksummedFile.self)
    if header[20] == PageChecksum.size, header.starts(with: "SQLite format 3\0".utf8) {
      known.pointee.isChecksummed = true
    }
    return known.pointee.isChecksummed
  }

  /// What the first page says; 1 stands for 65,536.
  private static func pageSize(_ firstPage: UnsafeRawBufferPointer) -> Int {
    let told = Int(firstPage[16]) << 8 | Int(firstPage[17])
    return told == 1 ? 65_536 : told
  }

  private static func read(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ bytes: UnsafeMutableRawPointer, _ count: Int32, _ offset: Int64
  ) -> Int32 {
    let real = real(file)
    let code = real.pointee.pMethods.pointee.xRead(real, bytes, count, offset)
    guard code == SQLITE_OK, isPage(count), isChecksummed(file) else { return code }
    let page = UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))
    // A connection that opened the file when it was empty begins with another size of pages, and reads the first page
    // again.
    if offset == 0, pageSize(UnsafeRawBufferPointer(page)) != Int(count) { return SQLITE_OK }
    guard PageChecksum.isRight(UnsafeRawBufferPointer(page), number: offset / Int64(count)) else {
      return SQLiteError.wrongChecksum
    }
    PageChecksum.open(page)
    return SQLITE_OK
  }

  private static func write(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ bytes: UnsafeRawPointer, _ count: Int32, _ offset: Int64
  ) -> Int32 {
    let real = real(file)
    let write = real.pointee.pMethods.pointee.xWrite!
    let content = UnsafeRawBufferPointer(start: bytes, count: Int(count))
    let hasChecksum = offset == 0 && count >= 24 && learn(from: content, file)
    guard isPage(count), hasChecksum || isChecksummed(file) else { return write(real, bytes, count, offset) }
    // The memory is a page of SQLite's own, and can be written; nobody else looks at it meanwhile.
    let page = UnsafeMutableRawBufferPointer(mutating: content)
    PageChecksum.close(page, number: offset / Int64(count))
    defer { PageChecksum.open(page) }
    return write(real, bytes, count, offset)
  }

  // MARK: What SQLite calls

  /// The second version, without the calls of the third: a mapped page would be read unseen.
  nonisolated(unsafe) private static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: sqlite3_io_methods())
    methods.pointee.iVersion = 2
    methods.pointee.xRead = { read($0!, $1!, $2, $3) }
    methods.pointee.xWrite = { write($0!, $1!, $2, $3) }
    methods.pointee.xClose = { real($0!).pointee.pMethods.pointee.xClose(real($0!)) }
    methods.pointee.xTruncate = { real($0!).pointee.pMethods.pointee.xTruncate(real($0!), $1) }
    methods.pointee.xSync = { real($0!).pointee.pMethods.pointee.xSync(real($0!), $1) }
    methods.pointee.xFileSize = { real($0!).pointee.pMethods.pointee.xFileSize(real($0!), $1) }
    methods.pointee.xLock = { real($0!).pointee.pMethods.pointee.xLock(real($0!), $1) }
    methods.pointee.xUnlock = { real($0!).pointee.pMethods.pointee.xUnlock(real($0!), $1) }
    methods.pointee.xCheckReservedLock = { real($0!).pointee.pMethods.pointee.xCheckReservedLock(real($0!), $1) }
    methods.pointee.xFileControl = { real($0!).pointee.pMethods.pointee.xFileControl(real($0!), $1, $2) }
    methods.pointee.xSectorSize = { real($0!).pointee.pMethods.pointee.xSectorSize(real($0!)) }
    methods.pointee.xDeviceCharacteristics = {
      // Newer versions of SQLite read parts of a page where they may: parts have no checksum.
      real($0!).pointee.pMethods.pointee.xDeviceCharacteristics(real($0!)) & ~0x8000
    }
    methods.pointee.xShmMap = { real($0!).pointee.pMethods.pointee.xShmMap(real($0!), $1, $2, $3, $4) }
    methods.pointee.xShmLock = { real($0!).pointee.pMethods.pointee.xShmLock(real($0!), $1, $2, $3) }
    methods.pointee.xShmBarrier = { real($0!).pointee.pMethods.pointee.xShmBarrier(real($0!)) }
    methods.pointee.xShmUnmap = { real($0!).pointee.pMethods.pointee.xShmUnmap(real($0!), $1) }
    return methods
  }()
}
