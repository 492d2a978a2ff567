import CSQLite

/// The file systems where a write-ahead log cannot be shared.
package enum FileSystemType {
  /// Whether a folder is on a file system where processes of several hosts may meet.
  ///
  /// SQLite's log keeps its index in shared memory, which hosts do not share (sqlite.org/wal.html), and FUSE file systems
  /// differ in what they share even on one host. A folder that cannot be asked about is not.
  package static func isNetwork(_ folder: String) -> Bool {
    magicNumbers.contains(UInt32(truncatingIfNeeded: catalog_file_system_type(folder)))
  }

  /// From statfs(2) and the kernel's magic.h.
  private static let magicNumbers: Set<UInt32> = [
    0x6969,  // NFS
    0xff53_4d42,  // CIFS
    0xfe53_4d42,  // SMB2
    0x517b,  // SMB
    0x6573_5546,  // FUSE
    0x0102_1997,  // 9p
    0x5346_414f,  // AFS
    0x00c3_6400,  // Ceph
    0x0bd0_0bd0,  // Lustre
    0x4750_4653,  // GPFS
    0x7461_636f,  // OCFS2
    0x0116_1970,  // GFS2
  ]
}
