internal import CLinux
internal import Glibc

/// What the type of a file system tells: where a write-ahead log cannot be shared, where everything is put on the disk
/// at once.
package enum FileSystemType {
  /// Whether a folder is on a file system where processes of several hosts may meet.
  ///
  /// SQLite's log keeps its index in shared memory, which hosts do not share (sqlite.org/wal.html), and FUSE file
  /// systems differ in what they share even on one host. A folder that cannot be asked about is not.
  package static func isNetwork(_ folder: String) -> Bool {
    isNetwork(type: catalog_magic_number_of(folder))
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

  /// Whether syncfs(2) on the file system of an open file or folder puts everything on the disk, or tells that it did
  /// not.
  ///
  /// It tells of failed writes since Linux 5.8; before, it reports success whatever was lost. Network file systems and
  /// those in user space need not pass it on to whoever has the disk, so that only the usual ones on a disk are
  /// trusted.
  package static func canBeSynchronized(of descriptor: Int32) -> Bool {
    // In this order ext2 to ext4, XFS, Btrfs, F2FS and tmpfs, as linux/magic.h has them.
    let trusted: [UInt32] = [0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0x0102_1994]
    return isSynchronizationReported && trusted.contains(catalog_magic_number(descriptor))
  }

  private static let isSynchronizationReported: Bool = {
    var names = utsname()
    guard uname(&names) == 0 else { return false }
    let release = withUnsafeBytes(of: names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return isSynchronizationReported(by: release)
  }()

  /// - Parameter release: the kernel's, such as `6.1.0-18-amd64`.
  package static func isSynchronizationReported(by release: String) -> Bool {
    let numbers = release.split { !$0.isASCII || !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return numbers.count == 2 && (numbers[0], numbers[1]) >= (5, 8)
  }
}
