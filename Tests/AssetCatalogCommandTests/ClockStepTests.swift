import Foundation
import Testing

/// A clock that was set between two commands, as on a host whose time was wrong.
@Suite("When the clock steps")
struct ClockStepTests {
  /// Shifts the clock of a process by CLOCK_SHIFT seconds; that of the file system stays.
  private static let source = """
    struct timespec { long seconds, nanoseconds; };
    extern char *getenv(const char *);
    extern long atol(const char *);
    extern long syscall(long, ...);
    int clock_gettime(int clock, struct timespec *time) {
    #if defined(__x86_64__)
      long result = syscall(228, (long)clock, time);
    #else
      long result = syscall(113, (long)clock, time);
    #endif
      const char *shift = getenv("CLOCK_SHIFT");
      if (result == 0 && shift && (clock == 0 || clock == 5)) time->seconds += atol(shift);
      return (int)result;
    }
    """

  private func manifest(_ name: String) -> String {
    """
    {"manifest_version": "1", "asset_name": "\(name)", "asset_id": "x", "last_materialized": "2020-01-01T00:00:00Z"}
    """
  }

  @Test(
    "every question looks at the tree again, forwards and backwards, also with --max-lag behind a step back",
    arguments: [(3600, 0), (172_800, 0), (0, 3600), (0, -3600), (-3600, 0), (2400, 5), (0, 60)] as [(Int, Int)],
    [[], ["--max-lag", "5m"]])
  func steps(shifts: (first: Int, second: Int), lag: [String]) throws {
    let scratch = try CommandScratch(.copy)
    let library = try PreloadedLibrary.make(Self.source, in: scratch)
    func run(_ arguments: [String], shift: Int) throws -> CommandRun {
      try scratch.run(
        arguments + ["--root", scratch.root.path],
        environment: ["LD_PRELOAD": library, "CLOCK_SHIFT": "\(shift)"])
    }
    let first = try run(["status"], shift: shifts.first)
    #expect(first.status == 0, "\(first.errors)")
    _ = try scratch.file("storage/_asset_metadata/asset_name=late/asset_id=x/manifest.json", manifest("late"))
    let rows = try run(["list", "--name", "late", "--format", "json"] + lag, shift: shifts.second).rows()
    // Within five minutes of the same clock, the index may be as it was.
    let isRecent = !lag.isEmpty && (0..<300).contains(shifts.second - shifts.first)
    #expect(rows.count == (isRecent ? 0 : 1))
  }
}
