internal import Glibc
internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// Reads the records that getdents64(2) gives.
struct DirectoryEntries {
  /// The layout of `struct linux_dirent64`: inode (8 bytes), offset (8), record length (2), type (1), name with NUL.
  private enum Offset {
    static let recordLength = 16
    static let type = 18
    static let name = 19
  }

  /// Calls `body` with each name (without NUL) and its type, `.` and `..` left out.
  static func forEach(
    in records: UnsafeRawBufferPointer, _ body: (_ name: UnsafeRawBufferPointer, _ type: UInt8) -> Void
  ) {
    var start = 0
    while start + Offset.name < records.count {
      let length = Int(records.loadUnaligned(fromByteOffset: start + Offset.recordLength, as: UInt16.self))
      guard length > Offset.name, start + length <= records.count else { return }
      let field = UnsafeRawBufferPointer(rebasing: records[(start + Offset.name)..<(start + length)])
      let name = UnsafeRawBufferPointer(rebasing: field[..<strnlen(field.baseAddress!, field.count)])
      let isDot = name.count <= 2 && name.allSatisfy { $0 == UInt8(ascii: ".") }
      if !isDot { body(name, records[start + Offset.type]) }
      start += length
    }
  }

  /// The kind that `d_type` tells, or `nil` where the file system does not tell (`DT_UNKNOWN`).
  static func kind(_ type: UInt8) -> FileKind? {
    switch Int(type) {
    case 0: nil
    case 4: .folder
    case 8: .file
    case 10: .symbolicLink
    default: .special
    }
  }

  private static func strnlen(_ start: UnsafeRawPointer, _ limit: Int) -> Int {
    memchr(start, 0, limit).map { UnsafeRawPointer($0) - start } ?? limit
  }
}
