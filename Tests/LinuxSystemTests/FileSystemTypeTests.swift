import Foundation
import LinuxSystem
import Testing

/// Where SQLite's log may be, by the type that statfs(2) gives.
@Suite("Types of file system")
struct FileSystemTypeTests {
  @Test(
    "an index is not put where hosts share a folder",
    arguments: [
      ("NFS", 0x6969), ("CIFS", 0xff53_4d42), ("SMB2 and SMB3", 0xfe53_4d42), ("smbfs", 0x517b), ("FUSE", 0x6573_5546),
      ("9p", 0x0102_1997), ("OpenAFS", 0x5346_414f), ("AFS", 0x6b41_4653), ("Coda", 0x7375_7245), ("NCP", 0x564c),
      ("Ceph", 0x00c3_6400), ("Lustre", 0x0bd0_0bd0), ("GPFS", 0x4750_4653), ("OCFS2", 0x7461_636f),
      ("GFS2", 0x0116_1970), ("BeeGFS", 0x1983_0326), ("OrangeFS", 0x2003_0528), ("ACFS", 0x6163_6673),
      ("PanFS", 0xaad7_aaea), ("StorNext", 0xbeef_dead), ("vboxsf", 0x786f_4256), ("vmhgfs", 0xbacb_acbc),
      ("prl_fs", 0x7c7c_6673), ("hostfs", 0x00c0_ffee),
    ])
  func shared(name: String, type: Int) {
    #expect(FileSystemType.isNetwork(type: UInt32(type)), "\(name)")
  }

  @Test(
    "an index is put where one host has a folder to itself",
    arguments: [
      ("ext2 to ext4", 0xef53), ("XFS", 0x5846_5342), ("Btrfs", 0x9123_683e), ("tmpfs", 0x0102_1994),
      ("ramfs", 0x8584_58f6), ("overlay", 0x794c_7630), ("F2FS", 0xf2f5_2010), ("ZFS", 0x2fc1_2fc1),
      ("bcachefs", 0xca45_1a4e), ("JFS", 0x3153_464a), ("ReiserFS", 0x5265_4973), ("FAT", 0x4d44),
      ("exFAT", 0x2011_bab0), ("NTFS3", 0x7366_746e), ("eCryptfs", 0xf15f), ("NILFS2", 0x3434),
      ("one that nobody knows", 0x1234_5678), ("none that can be told", 0),
    ])
  func own(name: String, type: Int) {
    #expect(!FileSystemType.isNetwork(type: UInt32(type)), "\(name)")
  }

  @Test("a folder that is not there, or cannot be asked about, is on no network")
  func unknown() {
    #expect(!FileSystemType.isNetwork("/no/such/folder"))
    #expect(!FileSystemType.isNetwork(""))
    #expect(!FileSystemType.isNetwork("/proc"))
  }
}
