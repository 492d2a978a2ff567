import CatalogTestSupport
import Foundation
import Testing

/// Disks that are full, or cannot be written.
extension RecordSoakTests {
  /// Whether this process may mount file systems in a name space of its own.
  private static let mayMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  private static let cannotMount: Comment = """
    The test of full and read-only disks cannot run here, since unshare(1) may not mount a tmpfs: allow user name \
    spaces, or run as root with the right to mount.
    """

  /// What a script prints, of either stream, that may mount what it likes, and has the program for its argument.
  private func mounting(_ script: String) throws -> String {
    try #require(Self.mayMount, Self.cannotMount)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["-rm", "sh", "-c", script, "sh", try CommandScratch.program()]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  @Test(
    "on a full disk and on one that cannot be written, the old manifest stays whole, and one sentence says why",
    .enabled(if: mayMount || ContinuousIntegration.isOn, cannotMount))
  func disks() throws {
    let text = try mounting(
      #"""
      set -u
      program=$1
      mount -t tmpfs -o size=256k none /mnt
      mkdir -p /mnt/root/_asset_metadata /mnt/index
      export FILESYSTEM_URL=/mnt/root ASSET_CATALOG_INDEX=/tmp/no-such-folder/index.sqlite
      record() { "$program" record success --name soak --id 1 --run "$1" --asset-path p > /dev/null; echo "status $?"; }
      inventory() { (cd /mnt/root && find . -type f -o -type d -empty | sort && find . -type f -exec cat {} +) | cksum; }

      record r1 2>&1
      head -c 1M /dev/zero > /mnt/root/filler 2> /dev/null
      before=$(inventory)
      echo "== full"; record r2 2>&1
      [ "$(inventory)" = "$before" ] && echo intact
      echo "== full, a new asset"
      "$program" record start --name new --id 1 > /dev/null 2>&1; echo "status $?"
      [ "$(inventory)" = "$before" ] && echo intact
      rm /mnt/root/filler
      echo "== room again"; record r2 2>&1

      export ASSET_CATALOG_INDEX=/mnt/index/catalog.sqlite
      mount -t tmpfs none /mnt/index
      "$program" reconcile > /dev/null
      mount -o remount,ro /mnt/index
      echo "== read-only index"; record r3 2>&1
      grep -q '"id": "r3"' /mnt/root/_asset_metadata/asset_name=soak/asset_id=1/manifest.json && echo recorded

      mount -o remount,ro /mnt
      before=$(inventory)
      echo "== read-only"; record r4 2>&1
      [ "$(inventory)" = "$before" ] && echo intact
      """#)
    let lines = text.split(separator: "\n").map(String.init)
    try #require(lines.count == 18, "\(text)")
    #expect(lines[0] == "status 0")
    #expect(lines[1] == "== full")
    #expect(lines[2].contains("/mnt/root/_asset_metadata/asset_name=soak/asset_id=1"))
    #expect(lines[2].contains("no space left on device; make room"))
    #expect(lines[3...6] == ["status 73", "intact", "== full, a new asset", "status 73"])
    #expect(lines[7...9] == ["intact", "== room again", "status 0"])
    #expect(lines[10] == "== read-only index")
    #expect(lines[11].contains("The record is safe"))
    #expect(lines[11].contains("/mnt/index/catalog"))
    #expect(lines[12...14] == ["status 0", "recorded", "== read-only"])
    #expect(lines[15].contains("read-only file system; mount it for writing"))
    #expect(text.hasSuffix("status 73\nintact\n"))
  }

  @Test(
    "where the disk of the index is full, a question says that it can be answered as it is, and a record is safe",
    .enabled(if: mayMount || ContinuousIntegration.isOn, cannotMount))
  func fullIndex() throws {
    let text = try mounting(
      #"""
      set -u
      program=$1
      mount -t tmpfs none /mnt
      mkdir -p /mnt/root/_asset_metadata /mnt/index
      mount -t tmpfs -o size=512k none /mnt/index
      export FILESYSTEM_URL=/mnt/root ASSET_CATALOG_INDEX=/mnt/index/catalog.sqlite
      "$program" record success --name a --id 1 --run r1 > /dev/null && "$program" reconcile > /dev/null || exit
      head -c 1M /dev/zero > /mnt/index/filler 2> /dev/null
      for number in 1 2 3 4 5 6 7 8 9; do
        ASSET_CATALOG_INDEX=/tmp/no-such-folder/i.sqlite "$program" record success --name b$number --id 1 --run r1 \
          > /dev/null 2>&1 || echo "not recorded"
      done
      "$program" list > /dev/null; echo "status $?"
      # Room for the memory that connections share, and not for a page of the log.
      truncate -s -36K /mnt/index/filler
      "$program" list > /dev/null; echo "status $?"
      "$program" list --no-reconcile --format csv | grep '^a,1,' > /dev/null && echo answered
      rm /mnt/index/filler
      "$program" list --format csv | grep -c '^b'
      """#)
    let lines = text.split(separator: "\n").map(String.init)
    try #require(lines.count == 6, "\(text)")
    #expect(lines[0].contains("is full"))
    #expect(lines[2].contains("is full") && lines[2].contains("--no-reconcile"))
    #expect(lines[1] == "status 73")
    #expect(lines[3...] == ["status 73", "answered", "9"])
  }
}
