import AssetCatalog
import Glibc
import ManifestModel

/// Takes the time of records in the library: what a scheduler waits for when a run is over.
///
///     RecordSpeed ROOT PREFIX ASSETS COUNT single|batch
///
/// Records `COUNT` runs that succeeded, spread evenly over `ASSETS` assets whose names begin with `PREFIX`; each on its
/// own, or all in one batch. Every one makes a folder for a new run. Prints as JSON when they began and ended, in
/// seconds of a clock that all processes share, and the seconds of user and system time that they took.
@main
struct RecordSpeed {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 6, let assets = Int(arguments[3]), let count = Int(arguments[4]), assets > 0, count > 0
    else {
      print("usage: RecordSpeed ROOT PREFIX ASSETS COUNT single|batch")
      return
    }
    let catalog = try Catalog(root: arguments[1])
    func reports(_ count: Int) -> [RunReport] {
      (0..<count).map { number in
        RunReport(
          .succeeded, of: AssetIdentifier(name: "\(arguments[2]).asset_\(number % assets)", id: "a1"),
          runID: RunReport.makeRunID(), artifacts: [], assetPath: "bronze/asset.parquet")
      }
    }
    // The first record makes the folder of its asset, and opens the index.
    for result in try catalog.recordRuns(reports(assets)) { _ = try result.get() }

    let work = reports(count)
    let before = processorTime()
    let begin = monotonicSeconds()
    if arguments[5] == "batch" {
      for result in try catalog.recordRuns(work) { _ = try result.get() }
    } else {
      for report in work { try catalog.recordRun(report) }
    }
    let end = monotonicSeconds()
    let spent = processorTime()
    print(
      """
      {"begin": \(begin), "end": \(end), \
      "user": \(spent.user - before.user), "system": \(spent.system - before.system)}
      """)
  }

  private static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// What this process has spent so far, in seconds.
  private static func processorTime() -> (user: Double, system: Double) {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return (seconds(usage.ru_utime), seconds(usage.ru_stime))
  }
}
