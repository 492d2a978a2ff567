import Testing

@testable import ManifestModel

@Suite("The path of an artifact")
struct ArtifactPathTests {
  @Test(
    "has one spelling",
    arguments: [
      ("bronze/o.csv", "bronze/o.csv"), ("bronze//o.csv", "bronze/o.csv"), ("./bronze/o.csv", "bronze/o.csv"),
      ("bronze/./o.csv", "bronze/o.csv"), ("/bronze/o.csv", "bronze/o.csv"), ("bronze/o.csv/", "bronze/o.csv"),
      ("/srv/data/bronze/o.csv", "bronze/o.csv"), ("//srv/./data//bronze/o.csv", "bronze/o.csv"),
      ("/mnt/real/bronze/o.csv", "bronze/o.csv"), ("/srv/database/o.csv", "srv/database/o.csv"),
      ("srv/data/o.csv", "srv/data/o.csv"), ("/srv/data", "srv/data"), ("bronze/../o.csv", "bronze/../o.csv"),
      (".hidden/..o", ".hidden/..o"), ("a/...", "a/..."), ("", ""), ("/", ""), (".", ""),
      ("cafe\u{301}//x", "cafe\u{301}/x"),
    ])
  func relative(path: String, spelled: String) {
    let roots = ["/srv/data", "/mnt/real"]
    #expect(ArtifactPath.relative(path, roots: roots).utf8.elementsEqual(spelled.utf8))
    #expect(ArtifactPath.relative(spelled, roots: roots).utf8.elementsEqual(spelled.utf8))
  }

  @Test("keeps its letters in every spelling")
  func letters() {
    for path in ["bronze/o.csv", "bronze//o.csv", "./bronze/./o.csv", "/bronze/o.csv/"] {
      #expect(ArtifactPath.letters(path) == "bronzeocsv")
    }
  }
}
