package dev.idempotency;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Holds who may know whom.
 */
@AnalyzeClasses(packages = "dev.idempotency", importOptions = ImportOption.DoNotIncludeTests.class)
@SuppressWarnings("checkstyle:SpringHideUtilityClassConstructor")
class ArchitectureTests {

	private static final String ROOT = "dev.idempotency";

	private static final String REPOSITORY = "dev.idempotency.repository";

	private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("dev.idempotency..");

	@ArchTest
	static final ArchRule rootKnowsNothingOfTheRest = classes().that()
		.resideInAPackage(ROOT)
		.should()
		.onlyDependOnClassesThat(resideInAPackage(ROOT).or(resideInAPackage("java.."))
			.or(resideInAPackage("org.springframework.web.."))
			.or(resideInAPackage("org.springframework.http.."))
			.or(resideInAPackage("org.springframework.core.."))
			.or(resideInAPackage("org.springframework.util.."))
			.or(resideInAPackage("org.jspecify..")));

	@ArchTest
	static final ArchRule repositoryApiKnowsOnlyTheRoot = classes().that()
		.resideInAPackage(REPOSITORY)
		.should()
		.onlyDependOnClassesThat(not(OURS).or(resideInAPackage(ROOT)).or(resideInAPackage(REPOSITORY)));

	@ArchTest
	static final ArchRule repositoriesNeverSeeEachOther = slices().matching("dev.idempotency.repository.(*)..")
		.should()
		.notDependOnEachOther();

	@ArchTest
	static final ArchRule engineKnowsOnlyRepositoriesApi = classes().that()
		.resideInAPackage("dev.idempotency.engine")
		.should()
		.onlyDependOnClassesThat(not(OURS).or(resideInAPackage(ROOT))
			.or(resideInAPackage(REPOSITORY))
			.or(resideInAPackage("dev.idempotency.engine")));

	@ArchTest
	static final ArchRule clientKnowsOnlyTheRoot = classes().that()
		.resideInAPackage("dev.idempotency.client")
		.should()
		.onlyDependOnClassesThat(not(OURS).or(resideInAPackage(ROOT)).or(resideInAPackage("dev.idempotency.client")));

	@ArchTest
	static final ArchRule engineAndRepositoriesAreFreeOfServletBootAndMicrometer = noClasses().that()
		.resideInAnyPackage("dev.idempotency.engine..", "dev.idempotency.repository..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("jakarta.servlet..", "org.springframework.boot..", "io.micrometer..");

	@ArchTest
	static final ArchRule noObjectSerialisationInEngineAndRepositories = noClasses().that()
		.resideInAnyPackage("dev.idempotency.engine..", "dev.idempotency.repository..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("com.fasterxml.jackson..", "tools.jackson..")
		.orShould()
		.dependOnClassesThat()
		.belongToAnyOf(java.io.ObjectInputStream.class, java.io.ObjectOutputStream.class);

	/**
	 * Behaviour 6.2: however far apart the clocks of applications are. A client has only
	 * its own for a date of a server that does not say what time it is.
	 */
	@ArchTest
	static final ArchRule nobodyAsksTheClockOfTheApplication = noClasses().that()
		.resideOutsideOfPackages("dev.idempotency.repository.memory..", "dev.idempotency.autoconfigure..")
		.and()
		.doNotHaveSimpleName("RetryAfter")
		.should()
		.callMethod(System.class, "currentTimeMillis")
		.orShould()
		.callMethodWhere(JavaCall.Predicates.target(HasOwner.Predicates.With.owner(resideInAPackage("java.time..")))
			.and(JavaCall.Predicates.target(HasName.Predicates.nameMatching("now|system.*|millis|instant"))));

	@ArchTest
	static final ArchRule webAndMetricsDoNotKnowTheAutoConfiguration = noClasses().that()
		.resideOutsideOfPackage("dev.idempotency.autoconfigure..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("dev.idempotency.autoconfigure..");

	@ArchTest
	static final ArchRule onlyTheAutoConfigurationKnowsImplementations = noClasses().that()
		.resideOutsideOfPackages("dev.idempotency.autoconfigure..", "dev.idempotency.repository..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("dev.idempotency.repository.*..");

	@ArchTest
	static final ArchRule webMetricsAndActuateNeverSeeEachOther = slices()
		.matching("dev.idempotency.(web|metrics|actuate)..")
		.should()
		.notDependOnEachOther();

	@ArchTest
	static final ArchRule openApiKnowsOnlyTheWayOfARequest = noClasses().that()
		.resideInAPackage("dev.idempotency.openapi..")
		.should()
		.dependOnClassesThat(OURS.and(not(resideInAPackage(ROOT).or(resideInAPackage("dev.idempotency.engine"))
			.or(resideInAPackage("dev.idempotency.web"))
			.or(resideInAPackage("dev.idempotency.openapi")))));

	@ArchTest
	static final ArchRule onlyOpenApiAndTheAutoConfigurationKnowSpringdoc = noClasses().that()
		.resideOutsideOfPackages("dev.idempotency.openapi..", "dev.idempotency.autoconfigure..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springdoc..", "io.swagger..", "dev.idempotency.openapi..");

	@ArchTest
	static final ArchRule testSupportKnowsOnlyTheWayOfARequest = noClasses().that()
		.resideInAPackage("dev.idempotency.test..")
		.should()
		.dependOnClassesThat(OURS.and(not(resideInAPackage(ROOT).or(resideInAPackage("dev.idempotency.web"))
			.or(resideInAPackage("dev.idempotency.test")))));

	@ArchTest
	static final ArchRule nobodyKnowsTheTestSupport = noClasses().that()
		.resideOutsideOfPackage("dev.idempotency.test..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("dev.idempotency.test..", "org.springframework.test..", "org.springframework.mock..",
				"org.springframework.boot.test..");

	@ArchTest
	static final ArchRule noFieldInjection = noFields().should()
		.beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired");

}
