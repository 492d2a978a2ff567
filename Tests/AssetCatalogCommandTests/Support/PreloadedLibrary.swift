import CatalogTestSupport
import Foundation
import Testing

/// A library in C that the program loads before all others, so that a function of it takes the place of a system's one.
enum PreloadedLibrary {
  /// Compiles a source that needs no headers.
  ///
  /// - Returns: the path of the library. Where there is no compiler, the test is cancelled, or fails under CI.
  static func make(_ source: String, in scratch: CommandScratch) throws -> String {
    let file = try scratch.file("preloaded.c", source)
    let made = scratch.folder.appending(path: "preloaded.so").path
    for compiler in ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"]
    where FileManager.default.isExecutableFile(atPath: compiler) {
      if try scratch.run(["-shared", "-fPIC", "-o", made, file], program: compiler).status == 0 { return made }
    }
    let reason: Comment = "there is no C compiler that could make a library to preload"
    try #require(!ContinuousIntegration.isOn, reason)
    try Test.cancel(reason)
  }
}
