import Foundation
import Testing

/// Libraries that are loaded before the program and change what Swift looks for its arguments with: a wrong clock, a
/// tracer, an allocator.
@Suite("The arguments of the program")
struct StartArgumentsTests {
  /// What such a library does while the libraries begin that the program needs, Swift's among them, which opens a file.
  enum Meddling: String, CaseIterable, CustomTestStringConvertible {
    case setsVariable = """
      int setenv(const char *name, const char *value, int replaces);
      static void begin(void) { setenv("ASSET_CATALOG_TEST_MARK", "1", 1); }
      """
    case setsManyVariables = """
      int setenv(const char *name, const char *value, int replaces);
      static void begin(void) {
        char name[] = "ASSET_CATALOG_TEST_AA";
        for (int number = 0; number < 600; number++) {
          name[19] = 'A' + number % 26, name[20] = 'A' + number / 26;
          setenv(name, "a value that is not short, so that much is moved", 1);
        }
      }
      """
    case emptiesEnvironment = """
      int clearenv(void), setenv(const char *name, const char *value, int replaces);
      char *getenv(const char *name), *strdup(const char *text);
      static void begin(void) {
        static const char *names[] = {"HOME", "PATH", "ASSET_CATALOG_INDEX", "LD_LIBRARY_PATH"};
        char *values[4] = {0};
        for (int at = 0; at < 4; at++) values[at] = getenv(names[at]) ? strdup(getenv(names[at])) : 0;
        clearenv();
        for (int at = 0; at < 4; at++) if (values[at]) setenv(names[at], values[at], 1);
      }
      """
    case dropsItsVariable = """
      extern char **environ;
      int strncmp(const char *one, const char *other, unsigned long count);
      static void begin(void) {
        for (char **at = environ; *at; at++) {
          if (strncmp(*at, "LD_PRELOAD=", 11) != 0) continue;
          char *first = environ[0];
          environ[0] = *at, *at = first;
          environ++;
          return;
        }
      }
      """
    case hidesProcesses = """
      int strncmp(const char *one, const char *other, unsigned long count);
      static void begin(void) {}
      #define HIDDEN(path) strncmp(path, "/proc/", 6) == 0
      """

    var source: String {
      """
      \(rawValue)
      #ifndef HIDDEN
      #define HIDDEN(path) 0
      #endif
      void *fopen64(const char *path, const char *mode);
      void *fopen(const char *path, const char *mode) {
        static int has_begun;
        if (!has_begun) has_begun = 1, begin();
        return HIDDEN(path) ? 0 : fopen64(path, mode);
      }
      """
    }

    var testDescription: String {
      switch self {
      case .setsVariable: "a library sets a variable"
      case .setsManyVariables: "a library sets many variables"
      case .emptiesEnvironment: "a library makes another environment"
      case .dropsItsVariable: "a library drops its own variable"
      case .hidesProcesses: "there is no /proc"
      }
    }
  }

  private let scratch: CommandScratch

  private var index: String { scratch.folder.appending(path: "own.sqlite").path }

  init() throws { scratch = try CommandScratch() }

  @Test("are those that it was given", arguments: Meddling.allCases)
  func given(_ meddling: Meddling) throws {
    let library = try PreloadedLibrary.make(meddling.source, in: scratch)
    // Something is stale: an answer with 0 would be one to another question.
    let arguments = [
      "stale", "--max-age", "1s", "--format", "csv", "--root", scratch.root.path, "--now", CommandScratch.now,
      "--index", index,
    ]
    let plain = try scratch.run(arguments)
    #expect(plain.status == 1)
    let run = try scratch.run(arguments, environment: ["LD_PRELOAD": library])
    #expect(run.status == plain.status, "\(run.errors)")
    #expect(run.output == plain.output)
    #expect(run.errors == plain.errors)
  }

  @Test("are those that it was given byte for byte, and those of its command, too", arguments: Meddling.allCases)
  func bytes(_ meddling: Meddling) throws {
    let library = try PreloadedLibrary.make(meddling.source, in: scratch)
    let root = String(try scratch.file("written/notes", "").dropLast("/notes".count))
    let printed = scratch.folder.appending(path: "printed")
    let command = """
      LD_PRELOAD="$4"; export LD_PRELOAD
      exec "$0" exec --root "$1" --index "$2" --name a --id 1 -- printf %s "$(printf 'a\\377 b')" '' '*' > "$3"
      """
    let run = try scratch.run(
      ["-c", command, CommandScratch.program(), root, index, printed.path, library], program: "/bin/sh")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try Array(Data(contentsOf: printed)) == Array("a".utf8) + [0xFF] + Array(" b*".utf8))
  }

  @Test("that cannot be found are an error, and no call for help")
  func lost() throws {
    let library = try PreloadedLibrary.make(
      """
      void *__libc_stack_end;
      \(Meddling.setsVariable.source)
      """, in: scratch)
    for arguments in [["stale", "--max-age", "1s", "--root", scratch.root.path], ["--help"], []] {
      let run = try scratch.run(arguments, environment: ["LD_PRELOAD": library])
      #expect(run.status == 70)
      #expect(run.output == "")
      #expect(run.errors.contains("LD_PRELOAD"))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}
