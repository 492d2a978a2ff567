import CSQLite

/// The file systems where a write-ahead log cannot be shared.
package enum FileSystemType {
  /// Whether a folder is on a file system where processes of several hosts may meet.
  ///
  /// SQLite's log keeps its index in shared memory, which hosts do not share (sqlite.org/wal.html), and FUSE file systems
  /// differ in what they share even on one host. A folder that cannot be asked about is not.
  package static func isNetwork(_ folder: String) -> Bool {
    isNetwork(type: UInt32(truncatingIfNeeded: catalog_file_system_type(folder)))
  }

  /// Whether `f_type` of statfs(2) is that of such a file system. One that is not known is none.
  package static func isNetwork(type: UInt32) -> Bool { magicNumbers.contains(type) }

  /// From statfs(2), the kernel's magic.h, and the list of what is remote in coreutils' stat.c.
  private static let magicNumbers: Set<UInt32> = [
    0x6969,  // NFS
    0xff53_4d42,  // CIFS
    0xfe53_4d42,  // SMB2
    0x517b,  // SMB
    0x6573_5546,  // FUSE
    0x0102_1997,  // 9p
    0x5346_414f,  // OpenAFS
    0x6b41_4653,  // the kernel's AFS
    0x7375_7245,  // Coda
    0x0000_564c,  // NCP
    0x00c3_6400,  // Ceph
    0x0bd0_0bd0,  // Lustre
    0x4750_4653,  // GPFS
    0x7461_636f,  // OCFS2
    0x0116_1970,  // GFS2
    0x1983_0326,  // BeeGFS
    0x2003_0528,  // OrangeFS
    0x6163_6673,  // ACFS
    0xaad7_aaea,  // PanFS
    0xbeef_dead,  // StorNext
    0x786f_4256,  // folders of a VirtualBox host
    0xbacb_acbc,  // those of a VMware host
    0x7c7c_6673,  // those of a Parallels host
    0x00c0_ffee,  // those of the host of a User Mode Linux
  ]
}
