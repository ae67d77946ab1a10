package dev.idempotency.sample;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import javax.imageio.ImageIO;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page at {@code /}, in a browser. The system property {@value #IMAGES} names a
 * directory for its screenshots, else they are left in {@code target}.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@EnabledIf(value = "dev.idempotency.sample.Browser#isInstalled",
		disabledReason = "There is no chromium or no chromedriver on the PATH")
class PageTests {

	private static final String IMAGES = "page.images";

	private static final String REFUSED = "Failed to load resource: the server responded with a status of (%s) \\(\\)";

	/** What the browser itself says of the answers that the page asks for. */
	private static final String EXPECTED_ON_CONSOLE = "http://localhost:\\d+/(" //
			+ "(demo/unprotected-)?payments - Failed to load resource: net::ERR_CONTENT_LENGTH_MISMATCH"
			+ "|(payments|webhooks/transfers) - " + REFUSED.formatted("409|422") //
			+ "|(demo/unprotected-)?bookings - " + REFUSED.formatted("500") + ")";

	/** The smallest contrast of a text that is shown, and that text. */
	private static final String LOWEST_CONTRAST = """
			const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
			const over = (colors) => {
				canvas.clearRect(0, 0, 1, 1);
				for (const color of colors) {
					canvas.fillStyle = color;
					canvas.fillRect(0, 0, 1, 1);
				}
				return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
			};
			const luminance = (rgb) => rgb
				.map((part) => (part <= 0.04045) ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
				.reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
			let lowest = { contrast: 21, text: '' };
			const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
			while (texts.nextNode()) {
				const element = texts.currentNode.parentElement;
				if (!texts.currentNode.data.trim() || !element.checkVisibility()) {
					continue;
				}
				const backgrounds = [];
				for (let behind = element; behind; behind = behind.parentElement) {
					backgrounds.unshift(getComputedStyle(behind).backgroundColor);
				}
				const style = getComputedStyle(element);
				const color = (element instanceof SVGElement) ? style.fill : style.color;
				const [dark, light] = [luminance(over(backgrounds)), luminance(over([...backgrounds, color]))]
					.sort((one, other) => one - other);
				const contrast = (light + 0.05) / (dark + 0.05);
				if (contrast < lowest.contrast) {
					lowest = { contrast, text: texts.currentNode.data };
				}
			}
			return lowest;
			""";

	/** Those of {@code What goes wrong}, in their order. */
	private static final List<String> BUTTONS = List.of("double-click", "lost-response", "five-retries", "other-amount",
			"impatient", "five-deliveries", "crash");

	private static Browser browser;

	private final int port;

	private final PaymentsClient client;

	PageTests(@LocalServerPort int port) {
		this.port = port;
		this.client = new PaymentsClient(port);
	}

	@BeforeAll
	static void startBrowser() throws IOException {
		browser = new Browser();
	}

	@AfterAll
	static void stopBrowser() throws IOException {
		browser.close();
	}

	@BeforeEach
	void openPage() {
		browser.resize(1280, 900, 1);
		browser.prefer("light", "no-preference");
		browser.open("http://localhost:" + this.port + "/");
		browser.await(() -> !browser.text("ledger-summary").isEmpty() && !"–".equals(browser.text("meter-hit")));
	}

	@AfterEach
	void nothingUnexpectedIsOnTheConsole() {
		assertThat(browser.console()).allSatisfy((message) -> assertThat(message).matches(EXPECTED_ON_CONSOLE));
	}

	@Test
	void aPaymentIsMadeAndShown() {
		String reference = reference();
		assertThat(press("pay")).isEqualTo("1 attempt, 1 payment: 1 told that it paid.");
		assertThat(attempts()).singleElement()
			.satisfies((attempt) -> assertThat(attempt.answer()).isEqualTo("201 paid"))
			.satisfies((attempt) -> assertThat(attempt.replayed()).isEqualTo("–"));
		assertThat(ledger(reference)).containsExactly(reference + " €12.50");
		assertThat(paid(reference)).isEqualTo(1);
		assertThat(reference()).isNotEqualTo(reference);
	}

	@Test
	void aDoubleClickPaysOnce() {
		String reference = reference();
		assertThat(press("double-click")).startsWith("2 attempts, 1 payment: 1 told that it paid, 1 ");
		assertThat(answers()).containsOnlyOnce("201 paid").hasSize(2);
		// A replay only if this machine takes longer than the payment to send the second
		assertThat(answers()).allMatch((answer) -> answer.startsWith("201") || answer.startsWith("409 in-flight"));
		assertPaidOnceUnderOneKey(reference);
	}

	@Test
	void aRetryAfterALostResponseGetsThatResponse() {
		String reference = reference();
		assertThat(press("lost-response"))
			.isEqualTo("2 attempts, 1 payment: 1 lost its answer, 1 given the first answer again.");
		assertThat(answers()).containsExactly("lost connection broke", "201 first answer again");
		assertThat(attempts()).extracting(Attempt::replayed).containsExactly("–", "true");
		assertPaidOnceUnderOneKey(reference);
	}

	@Test
	void fiveRetriesAtOnceGetTheFirstResponse() {
		String reference = reference();
		assertThat(press("five-retries"))
			.isEqualTo("6 attempts, 1 payment: 1 told that it paid, 5 given the first answer again.");
		assertThat(attempts()).extracting(Attempt::replayed)
			.containsExactly("–", "true", "true", "true", "true", "true");
		assertPaidOnceUnderOneKey(reference);
	}

	@Test
	void anotherAmountUnderTheSameKeyIsRefused() {
		String reference = reference();
		assertThat(press("other-amount")).isEqualTo("2 attempts, 1 payment: 1 told that it paid, 1 refused (422).");
		assertThat(answers()).containsExactly("201 paid", "422 key-reused, €125.00");
		assertPaidOnceUnderOneKey(reference);
	}

	@Test
	void anImpatientCustomerIsToldToWaitAndThenAnswered() {
		String reference = reference();
		assertThat(press("impatient")).contains("1 gave up waiting, ", "told to wait (409), ",
				"1 given the first answer again");
		List<String> answers = answers();
		assertThat(answers).startsWith("gave up").endsWith("201 first answer again");
		assertThat(answers.subList(1, answers.size() - 1)).isNotEmpty().containsOnly("409 in-flight, retry after 1 s");
		assertPaidOnceUnderOneKey(reference);
	}

	@Test
	void aRetryAfterACrashDoesTheRest() {
		String reference = reference();
		assertThat(press("crash")).isEqualTo("2 attempts, 1 payment: 1 told that it paid, 1 crashed.");
		assertThat(answers()).containsExactly("500 crashed", "201 paid");
		assertThat(browser.text("steps-summary"))
			.isEqualTo("How often each step was done for " + reference + ", with protection.");
		assertThat(steps()).containsExactly("1", "1", "1");
		assertPaidOnceUnderOneKey(reference);
	}

	@Test
	void withoutStepsARetryAfterACrashDoesAllAgain() {
		String reference = reference();
		browser.run("arguments[0].click()", browser.element("without-protection"));
		press("crash");
		assertThat(browser.text("steps-summary"))
			.isEqualTo("How often each step was done for " + reference + ", without protection.");
		assertThat(steps()).containsExactly("2", "2", "1");
	}

	@Test
	void fiveDeliveriesOfATransferMakeOnePayment() {
		String reference = reference();
		assertThat(press("five-deliveries")).startsWith("5 attempts, 1 payment: ");
		assertThat(answers()).hasSize(5)
			.contains("204 accepted")
			.isSubsetOf("204 accepted", "409 in-flight, retry after 1 s");
		assertPaidOnceUnderOneKey(reference);
	}

	@ParameterizedTest
	@CsvSource({ "double-click, 2", "lost-response, 2", "five-retries, 6", "other-amount, 2", "impatient, 2",
			"crash, 2", "five-deliveries, 5" })
	void withoutProtectionEveryAttemptPays(String button, int attempts) {
		String reference = reference();
		browser.run("arguments[0].click()", browser.element("without-protection"));
		assertThat(browser.text("endpoint")).startsWith("POST /demo/unprotected-payments");
		assertThat(press(button)).startsWith(attempts + " attempts, " + attempts + " payments: ");
		assertThat(attempts()).hasSize(attempts);
		// So the browser has sent none by itself
		assertThat(paid(reference)).isEqualTo(attempts);
		assertThat(ledger(reference)).hasSize(attempts)
			.allMatch((row) -> row.startsWith(reference + " paid " + attempts + " times €"));
		assertThat(browser.text("ledger-summary")).contains("paid more than once");
	}

	@Test
	void theServersCountsAreShownAndDrawn() {
		press("five-retries");
		press("other-amount");
		for (String outcome : List.of("miss", "hit", "mismatch")) {
			browser.await(() -> browser.text("meter-" + outcome).equals(String.valueOf(counted(outcome))));
			browser.await(() -> browser
				.<Long>run("return document.querySelectorAll('#plot rect." + outcome + "').length") > 0);
		}
		assertThat(browser.element("plot").getAttribute("aria-label"))
			.matches("Requests in the last minute: \\d+ executed, \\d+ replayed, \\d+ in flight, [1-9]\\d* key reused");
	}

	@Test
	void theServerIsNotAskedWhileNobodyLooks() {
		browser.run("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
		browser.run("window.looks = 0; window.timers = 0; const fetch = window.fetch, later = window.setTimeout;"
				+ "window.fetch = (...all) => { window.looks += 1; return fetch(...all); };"
				+ "window.setTimeout = (...all) => { window.timers += 1; return later(...all); };");
		browser.await(() -> browser.<Long>run("return window.timers") == 1);
		// What was on its way has arrived
		browser.run("window.looks = 0");
		browser.await(() -> browser.<Long>run("return window.timers") == 2);
		assertThat(browser.<Long>run("return window.looks")).isZero();
		browser.run("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))");
		browser.await(() -> browser.<Long>run("return window.looks") >= 5);
	}

	@Test
	void theKeyboardIsEnough() {
		tabTo("with-protection");
		press(Keys.ARROW_RIGHT);
		assertThat(browser.focused().getDomAttribute("id")).isEqualTo("without-protection");
		press(Keys.ARROW_LEFT);
		press(Keys.TAB);
		assertThat(browser.focused().getDomAttribute("id")).isEqualTo("reference");
		press(Keys.chord(Keys.CONTROL, "a"), "by keyboard 7");
		press(Keys.TAB, Keys.chord(Keys.CONTROL, "a"), "3.20", Keys.TAB, "USD", Keys.ENTER);
		tabTo("pay");
		press(Keys.ENTER);
		awaitResult("pay");
		assertThat(ledger("by keyboard 7")).containsExactly("by keyboard 7 $3.20");
		assertThat(browser.focused().getDomAttribute("id")).isEqualTo("pay");
		assertThat(browser.element("reference").getDomProperty("value")).isEqualTo("by keyboard 8");
		for (String button : BUTTONS) {
			tabTo(button);
			assertThat(browser.focused().getCssValue("outline-style")).isEqualTo("solid");
		}
		tabTo("other-amount", Keys.chord(Keys.SHIFT, Keys.TAB));
		press(Keys.SPACE);
		assertThat(awaitResult("other-amount")).startsWith("2 attempts, 1 payment");
	}

	@Test
	void aWrongOrderIsNotSent() {
		browser.run("document.getElementById('amount').value = '0'");
		browser.element("double-click").click();
		assertThat(browser.focused().getDomAttribute("id")).isEqualTo("amount");
		assertThat(browser.text("double-click-result")).isEmpty();
	}

	@Test
	void aCurrencyWithoutCentsHasNone() {
		String reference = reference();
		browser.element("currency").sendKeys("JPY");
		assertThat(browser.element("amount").getDomProperty("value")).isEqualTo("13");
		press("pay");
		assertThat(ledger(reference)).containsExactly(reference + " ¥13");
	}

	@Test
	void fitsOnAPhone() {
		browser.resize(360, 740, 2);
		browser.run("document.getElementById('reference').value = arguments[0]", "w".repeat(139) + "1");
		press("pay");
		browser.run("arguments[0].click()", browser.element("without-protection"));
		for (String button : BUTTONS) {
			press(button);
			assertThat(browser.<Long>run("return document.documentElement.scrollWidth")).isEqualTo(360);
		}
		List<String> tooWide = browser.run("""
				return [...document.querySelectorAll('body *')].filter((element) => !element.closest('.hidden')
					&& (element.getBoundingClientRect().right > 360 || element.getBoundingClientRect().left < 0
						|| (element.scrollWidth > element.clientWidth && element.matches('.scroll, .card, table'))))
					.map((element) => element.outerHTML)""");
		assertThat(tooWide).isEmpty();
		List<String> tooSmall = browser.run("""
				return [...document.querySelectorAll('button, select, input')]
					.filter((element) => element.getBoundingClientRect().height < 44)
					.map((element) => element.outerHTML)""");
		assertThat(tooSmall).isEmpty();
	}

	@Test
	void everythingHasAName() {
		assertThat(browser.<String>run("return document.documentElement.lang")).isEqualTo("en");
		assertThat(browser.<Long>run("return document.querySelectorAll('h1').length")).isEqualTo(1);
		List<String> nameless = browser
			.run("""
					const named = (id) => document.getElementById(id)?.textContent.trim();
					return [
						...[...document.querySelectorAll('input, select')].filter((input) => !input.labels[0]?.textContent.trim()),
						...[...document.querySelectorAll('button, a, caption, th, legend, label')].filter((some) => !some.textContent.trim()),
						...[...document.querySelectorAll('table')].filter((table) => !table.caption || !table.tHead),
						...[...document.querySelectorAll('img')].filter((image) => !image.hasAttribute('alt')),
						...[...document.querySelectorAll('svg')].filter((image) => !image.getAttribute('aria-label')),
						...[...document.querySelectorAll('[aria-labelledby]')].filter((some) => !named(some.getAttribute('aria-labelledby'))),
						...[...document.querySelectorAll('[aria-describedby]')].filter((some) => !named(some.getAttribute('aria-describedby'))),
						...[...document.querySelectorAll('button')].filter((button) => document.getElementById(`${button.id}-result`)?.role !== 'status'),
					].map((element) => element.outerHTML)""");
		assertThat(nameless).isEmpty();
		List<Long> headings = browser
			.run("return [...document.querySelectorAll('h1, h2, h3')].map((heading) => Number(heading.tagName[1]))");
		assertThat(headings).startsWith(1L).endsWith(2L).doesNotContain(3L);
	}

	@Test
	void everythingComesFromTheApplication() {
		press("pay");
		List<Map<String, Object>> loaded = browser
			.run("""
					return performance.getEntriesByType('resource').map(({ name, responseStatus }) => ({ name, responseStatus }))
					""");
		assertThat(loaded).hasSizeGreaterThan(10)
			.allSatisfy((resource) -> assertThat((String) resource.get("name"))
				.startsWith("http://localhost:" + this.port + "/"))
			.allSatisfy((resource) -> assertThat((Long) resource.get("responseStatus")).isBetween(200L, 399L));
		assertThat(this.client.get("/favicon.ico").status()).isEqualTo(200);
		List<String> links = browser
			.run("return [...document.querySelectorAll('a')].map((link) => link.pathname + link.search)");
		assertThat(links).isNotEmpty().allSatisfy((link) -> assertThat(this.client.get(link).status()).isEqualTo(200));
	}

	@ParameterizedTest
	@ValueSource(strings = { "light", "dark" })
	void textStandsOutInBothColorSchemes(String colorScheme) {
		browser.prefer(colorScheme, "reduce");
		press("lost-response");
		press("other-amount");
		browser.run("arguments[0].click()", browser.element("without-protection"));
		press("double-click");
		assertThat(browser.<String>run("return getComputedStyle(arguments[0]).animationName",
				browser.element("double-click-result")))
			.isEqualTo("none");
		assertThat(browser.<Boolean>run("return matchMedia('(prefers-color-scheme: dark)').matches"))
			.isEqualTo("dark".equals(colorScheme));
		Map<String, Object> lowest = browser.run(LOWEST_CONTRAST);
		assertThat(((Number) lowest.get("contrast")).doubleValue()).as("of '%s'", lowest.get("text"))
			.isBetween(4.5, 20.9);
	}

	@Test
	void looksGood() throws IOException {
		Path directory = Path.of(System.getProperty(IMAGES, "target/page"));
		Files.createDirectories(directory);
		if (System.getProperty(IMAGES) != null) {
			// Takes long, and says nothing that is not tested above
			press("impatient");
		}
		press("five-deliveries");
		press("five-retries");
		browser.run("arguments[0].click()", browser.element("without-protection"));
		press("lost-response");
		press("crash");
		browser.run("arguments[0].click()", browser.element("with-protection"));
		press("other-amount");
		press("double-click");
		browser.await(() -> browser.<Long>run("return document.querySelectorAll('#plot rect').length") > 0);
		browser.run("document.activeElement.blur()");
		for (String colorScheme : List.of("light", "dark")) {
			browser.prefer(colorScheme, "reduce");
			save(directory.resolve("page-desktop-" + colorScheme + ".png"), 1280, 1620);
			save(directory.resolve("page-phone-" + colorScheme + ".png"), 390, 1300);
		}
	}

	private static void save(Path file, int width, int height) throws IOException {
		browser.resize(width, height, 1);
		browser.run("scrollTo(0, 0)");
		byte[] image = browser.screenshot();
		Files.write(file, image);
		assertThat(ImageIO.read(new ByteArrayInputStream(image))).returns(width, BufferedImage::getWidth)
			.returns(height, BufferedImage::getHeight);
	}

	private static String reference() {
		return browser.element("reference").getDomProperty("value");
	}

	private static String press(String button) {
		browser.element(button).click();
		return awaitResult(button);
	}

	private static String awaitResult(String button) {
		browser.await(() -> browser.element(button + "-result").getDomAttribute("class").contains(" "));
		browser.await(() -> "false".equals(browser.element(button).getDomAttribute("aria-disabled")));
		return browser.text(button + "-result");
	}

	private static void press(CharSequence... keys) {
		for (CharSequence key : keys) {
			browser.focused().sendKeys(key);
		}
	}

	private static void tabTo(String id) {
		tabTo(id, Keys.TAB);
	}

	private static void tabTo(String id, CharSequence key) {
		browser.await(() -> {
			press(key);
			return id.equals(browser.focused().getDomAttribute("id"));
		});
	}

	/** Those of the latest operation. */
	private static List<Attempt> attempts() {
		List<Map<String, String>> rows = browser
			.run("""
					return [...document.getElementById('attempts').tBodies[0].rows].slice(1).map(({ cells }) => ({
						key: cells[1].firstElementChild.title, answer: cells[2].innerText, replayed: cells[3].innerText }))""");
		return rows.stream().map((row) -> new Attempt(row.get("key"), row.get("answer"), row.get("replayed"))).toList();
	}

	private static List<String> answers() {
		return attempts().stream().map(Attempt::answer).toList();
	}

	/** How often each step was done. */
	private static List<String> steps() {
		return browser.run("return [...document.querySelectorAll('#steps dd')].map(({ innerText }) => innerText)");
	}

	/**
	 * The rows of one reference: what was paid for, how often if more than once, how
	 * much.
	 */
	private static List<String> ledger(String reference) {
		return browser.run(
				"""
						return [...document.querySelectorAll('#ledger tbody tr')].map(({ cells }) => `${cells[1].innerText} ${cells[2].innerText}`)
							.filter((row) => row.startsWith(arguments[0] + ' '))""",
				reference);
	}

	private void assertPaidOnceUnderOneKey(String reference) {
		assertThat(attempts()).extracting(Attempt::key).hasSizeGreaterThan(1).containsOnly(attempts().get(0).key());
		assertThat(ledger(reference)).containsExactly(reference + " €12.50");
		assertThat(paid(reference)).isEqualTo(1);
	}

	private int paid(String reference) {
		List<String> references = this.client.get("/payments").texts("$[*].reference");
		return Collections.frequency(references, reference);
	}

	private long counted(String outcome) {
		return this.client.get("/actuator/metrics/idempotency.requests?tag=outcome:" + outcome)
			.number("$.measurements[0].value");
	}

	/**
	 * A row of the table of attempts.
	 *
	 * @param key the key
	 * @param answer status and what is said of it
	 * @param replayed the header {@code Idempotent-Replayed}
	 */
	private record Attempt(String key, String answer, String replayed) {
	}

}
