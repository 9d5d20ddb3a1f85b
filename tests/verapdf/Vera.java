import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Asks veraPDF about files: Vera FLAVOUR[,FLAVOUR] FILE..., such as 2a,ua1. One run for many files: it warms up slowly.
 * Prints for each file "file NUMBER", counted from 0, then one line a flavour, "checked FLAVOUR COUNT", and one for each rule
 * broken: "broken FLAVOUR CLAUSE-TEST TIMES MESSAGE". Exit code 2 when it could not look at all.
 */
public class Vera {
  public static void main(String[] arguments) throws Exception {
    LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    for (int number = 1; number < arguments.length; number++) {
      System.out.println("file " + (number - 1));
      for (String name : arguments[0].split(",")) {
        judge(name, arguments[number]);
      }
    }
  }

  private static void judge(String name, String file) throws Exception {
    PDFAFlavour flavour = PDFAFlavour.byFlavourId(name);
    if (flavour == PDFAFlavour.NO_FLAVOUR) {
      System.err.println("veraPDF knows no profile " + name + "; it knows " + PDFAFlavour.getFlavourIds());
      System.exit(2);
    }
    try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour);
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
      report(name, validator.validate(parser));
    }
  }

  private static void report(String flavour, ValidationResult result) {
    System.out.println("checked " + flavour + " " + result.getTotalAssertions());
    Map<String, String> messages = new TreeMap<>();
    for (TestAssertion assertion : result.getTestAssertions()) {
      if (assertion.getStatus() == TestAssertion.Status.FAILED) {
        String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
        messages.putIfAbsent(rule, assertion.getMessage() + " @ " + assertion.getLocation().getContext());
      }
    }
    result.getFailedChecks().forEach((id, times) -> {
      String rule = id.getClause() + "-" + id.getTestNumber();
      System.out.println("broken " + flavour + " " + rule + " " + times + " " + messages.getOrDefault(rule, "").replace("\n", " "));
    });
    if (!result.isCompliant() && result.getFailedChecks().isEmpty()) {
      System.out.println("broken " + flavour + " ? 1 veraPDF calls the file faulty and names no rule");
    }
  }
}
