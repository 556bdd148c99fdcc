"""Checking a claimed derivative: right in any form, wrong with a diagnosis."""

from __future__ import annotations

import math

import pytest

from core.check import check_gradient

# Function, wrong derivative in a freely chosen form, and the slips that a teacher would name.
WRONG = [
    ("sin(x^2)", "cos(x^2)", {"inner"}),
    ("sin(3x)", "cos(3x)", {"inner"}),
    ("cos(5x+1)", "-sin(1+5x)", {"inner"}),
    ("(x^2+1)^3", "3(1+x^2)^2", {"inner"}),
    ("(2x+1)^5", "5(4x^2+4x+1)^2", {"inner"}),
    ("e^(2x)", "e^x e^x", {"inner"}),
    ("exp(-x^2/2)", "1/exp(x^2/2)", {"inner"}),
    ("ln(3x)", "1/(3x)", {"inner"}),
    ("ln(x^2+1)", "1/(x^2+1)", {"inner"}),
    ("sqrt(1+x^2)", "1/(2sqrt(1+x^2))", {"inner"}),
    ("tan(2x)", "1+tan(2x)^2", {"inner"}),
    ("atan(x/2)", "4/(4+x^2)", {"inner"}),
    ("sin(a*x)*exp(-x^2/8)", "exp(-x^2/8)*(cos(a*x)-x/4*sin(a*x))", {"inner"}),
    ("x*sin(2x)", "sin(2x)+x cos(2x)", {"inner"}),
    ("sigmoid(3x)", "sigmoid(3x)(1-sigmoid(3x))", {"inner"}),
    ("x^3", "3x^3", {"power_not_reduced"}),
    ("x^5", "5x^4*x", {"power_not_reduced"}),
    ("(x^2+1)^3", "6x(x^2+1)^3", {"power_not_reduced"}),
    ("x^4", "x^3", {"coefficient_forgotten"}),
    ("(3x-2)^4", "3(3x-2)^3", {"coefficient_forgotten"}),
    ("x^3", "x^4/4", {"power_integrated"}),
    ("x^6", "6x^7", {"power_raised"}),
    ("x^2 sin x", "2x cos x", {"product_of_derivatives"}),
    ("x e^x", "e^x", {"product_of_derivatives", "product_first_only"}),
    ("x^3 ln x", "3x", {"product_of_derivatives"}),
    ("x^2 cos x", "-2x sin x", {"product_of_derivatives"}),
    ("x^2 e^x", "2x e^x", {"product_of_derivatives", "product_first_only"}),
    ("x^2 sin x", "2x sin x", {"product_first_only"}),
    ("x ln x", "1", {"product_second_only", "product_of_derivatives"}),
    ("x^3 sin x", "x^3 cos x", {"product_second_only"}),
    ("sin(x) cos(x)", "1", {"product_minus", "sign_of_cosine"}),
    ("x^2 sin x", "x(2 sin x - x cos x)", {"product_minus"}),
    ("x/(1+x^2)", "(x^2-1)/(1+x^2)^2", {"quotient_swapped", "sign"}),
    ("sin(x)/x", "(sin x - x cos x)/x^2", {"quotient_swapped", "sign"}),
    ("x/(1+x^2)", "(1-x^2)/(1+x^2)", {"quotient_unsquared"}),
    ("e^x/x", "e^x (x-1)/x", {"quotient_unsquared"}),
    ("x/(1+x^2)", "(1+3x^2)/(1+x^2)^2", {"quotient_plus"}),
    ("x^2/sin x", "2x/cos x", {"quotient_of_derivatives"}),
    ("(x^2+1)/(x^3+2)", "2/(3x)", {"quotient_of_derivatives"}),
    ("cos x", "sin x", {"sign_of_cosine", "sign"}),
    ("x^2 + cos x", "2x + sin x", {"sign_of_cosine"}),
    ("x cos x", "cos x + x sin x", {"sign_of_cosine", "product_minus"}),
    ("x sin x", "sin x - x cos x", {"sign_of_sine", "product_minus"}),
    ("2^x", "2^x", {"logarithm_of_base"}),
    ("3^(2x)", "2*9^x", {"logarithm_of_base"}),
    ("x + 5^x", "5^x+1", {"logarithm_of_base"}),
    ("log10(x)", "1/x", {"logarithm_of_base"}),
    ("e^x", "x e^(x-1)", {"exponential_as_power"}),
    ("x^x", "x*x^(x-1)", {"varying_exponent_as_power"}),
    ("x^x", "x^x", {"varying_exponent_as_power"}),
    ("(x^2+1)^x", "2x^2*(x^2+1)^(x-1)", {"varying_exponent_as_power"}),
    ("x^sin(x)", "sin(x)*x^(sin(x)-1)", {"varying_exponent_as_power"}),
    ("x^2+x^x", "2x+x^x*ln(x)", {"varying_base_as_exponential"}),
    ("x^x", "x^x*ln(x)", {"varying_base_as_exponential"}),
    ("2^x", "x 2^x/2", {"exponential_as_power"}),
    ("x^2 + exp(x)", "2x + x exp(x)/e", {"exponential_as_power"}),
    ("x^3+5", "3x^2+5", {"constant_kept"}),
    ("sin x + 2", "2+cos x", {"constant_kept"}),
    ("x^3+5", "1+3x^2", {"constant_to_one"}),
    ("x^4 - 7", "4x^3-1", {"constant_to_one"}),
    ("3x^2", "2x", {"multiple_lost"}),
    ("5 sin x", "cos x", {"multiple_lost"}),
    ("x^3/4", "3x^2", {"multiple_lost"}),
    ("(x-1)^2/2 + x", "2x-1", {"multiple_lost"}),
    ("x^2 + sin x", "cos x", {"first_term_dropped"}),
    ("x^3 + 2x^2", "3x^2", {"second_term_dropped"}),
    ("x^3 - 4x^2 + x", "3x^2-8x", {"second_term_dropped"}),
    ("x^2", "-2x", {"sign"}),
    ("(x-2)^3", "-3(x^2-4x+4)", {"sign"}),
    ("sqrt(x)", "1/sqrt(x)", {"half_of_root"}),
    ("x^2 - sin x", "2x + cos x", {"term_sign"}),
    ("1/x", "1/x^2", {"sign", "sign_lost", "power_sign"}),
    ("1/x^2", "-2/x", {"power_raised"}),
    ("1/(x^2+1)", "-1/(x^2+1)^2", {"inner"}),
    ("x sin(x^2)", "sin(x^2) + x cos(x^2)", {"inner"}),
    ("ln(x)^2", "2 ln(x)", {"inner"}),
    ("cos(x)^3", "3cos(x)^2", {"inner"}),
    ("(w*x+b)^2", "2(b+w*x)", {"inner"}),
    ("e^(sin x)", "e^(cos x)", {"inner_twice"}),
    ("sqrt(x^2+1)", "1/sqrt(x^2+1)", {"half_of_root_and_inner"}),
    ("3 sin(2x)", "cos(2x)", {"multiple_lost", "inner"}),
    ("x^2 e^(3x)", "e^(3x)(2x+x^2)", {"inner"}),
]

# Functions, and forms of their derivatives that are all right.
FORMS = {
    "x^2": ["2x", "x+x", "((x+1)^2-(x-1)^2)/2", "2x^2/x", "4x/2", "2*(x-3)+6"],
    "x^3 - 3x": ["3x^2-3", "3(x-1)(x+1)", "3(x^2-1)", "(6x^2-6)/2", "-3(1-x^2)"],
    "(x^2+1)^3": [
        "6x(x^2+1)^2",
        "6x^5+12x^3+6x",
        "3(x^2+1)^2*2x",
        "6x(x^4+2x^2+1)",
        "6(x^3+x)(x^2+1)",
    ],
    "sin(x)cos(x)": [
        "cos(2x)",
        "cos(x)^2-sin(x)^2",
        "1-2sin(x)^2",
        "2cos(x)^2-1",
        "sin(pi/2-2x)",
    ],
    "sin(x)^2": [
        "sin(2x)",
        "2 sin x cos x",
        "2sin(x)cos(x)",
        "sin(x)cos(x)+cos(x)sin(x)",
    ],
    "tan(x)": ["1/cos(x)^2", "1+tan(x)^2", "sec(x)^2", "2/(1+cos(2x))"],
    "exp(-x^2/8)": [
        "-x/4*exp(-x^2/8)",
        "-x/(4exp(x^2/8))",
        "-0.25x*e^(-x^2/8)",
        "-x*exp(-x*x/8)/4",
    ],
    "sin(a*x)*exp(-x^2/8)": [
        "exp(-x^2/8)*(a*cos(a*x)-x/4*sin(a*x))",
        "a cos(a*x) exp(-x^2/8) - x sin(a*x) exp(-x^2/8)/4",
        "(4a cos(a*x) - x sin(a*x))/(4 e^(x^2/8))",
    ],
    "x/(1+x^2)": [
        "(1-x^2)/(1+x^2)^2",
        "1/(1+x^2)-2x^2/(1+x^2)^2",
        "2/(1+x^2)^2-1/(1+x^2)",
        "(1-x)(1+x)/(1+x^2)^2",
    ],
    "ln(1+x^2)": ["2x/(1+x^2)", "2/(x+1/x)", "x/(1/2+x^2/2)"],
    "sigmoid(x)": [
        "sigmoid(x)(1-sigmoid(x))",
        "sigmoid(x) sigmoid(-x)",
        "e^(-x)/(1+e^(-x))^2",
        "1/(2+e^x+e^(-x))",
        "1/(4cosh(x/2)^2)",
        "(1-tanh(x/2)^2)/4",
    ],
    "tanh(x)": [
        "1-tanh(x)^2",
        "1/cosh(x)^2",
        "4/(e^x+e^(-x))^2",
        "(1-tanh(x))(1+tanh(x))",
    ],
    "x^x": ["x^x (1+ln x)", "x^x ln x + x^x", "exp(x ln x)(ln(x)+1)", "x^x ln(e x)"],
    "2^x": ["2^x ln 2", "ln(2) e^(x ln 2)", "2^(x+1) ln(2)/2", "ln(4) 2^x/2"],
    "sqrt(1+x^2)": [
        "x/sqrt(1+x^2)",
        "x(1+x^2)^(-1/2)",
        "2x/(2sqrt(x^2+1))",
        "x/hypot(1,x)",
        "x sqrt(1+x^2)/(1+x^2)",
    ],
    "sqrt(x)": ["1/(2sqrt(x))", "x^(-1/2)/2", "sqrt(x)/(2x)", "0.5/x^0.5"],
    "1/x": ["-1/x^2", "-x^-2", "-(1/x)^2", "-1/(x*x)"],
    "|x|": ["sign(x)", "x/|x|", "|x|/x", "where(x>0,1,-1)"],
    "asin(x)": ["1/sqrt(1-x^2)", "(1-x^2)^(-1/2)", "1/cos(asin(x))"],
    "atan(x)": ["1/(1+x^2)", "cos(atan(x))^2", "1-x^2/(1+x^2)"],
    "(1-cos(x))/x^2": ["(x sin(x) - 2(1-cos(x)))/x^3", "sin(x)/x^2 - 2(1-cos(x))/x^3"],
    "ln(x)": ["1/x", "x^-1", "x/x^2"],
    "x ln(x)": ["ln(x)+1", "1+ln x", "ln(e x)"],
    "e^(sin x)": ["cos(x) e^(sin x)", "exp(sin(x)) cos(x)", "sin(x+pi/2) e^(sin x)"],
    "softplus(x)": ["sigmoid(x)", "1/(1+e^-x)", "e^x/(1+e^x)", "(1+tanh(x/2))/2"],
    "relu(x)": ["heaviside(x)", "where(x>0,1,0)", "(1+sign(x))/2", "x>0"],
    "cos(x)^2": ["-sin(2x)", "-2 sin x cos x"],
    "(x-1)^2(x+2)": ["3(x-1)(x+1)", "2(x-1)(x+2)+(x-1)^2", "3x^2-3"],
    "(a*x+b)^2": ["2a(a*x+b)", "2a^2 x+2a b", "2*a*b+2*a*a*x"],
    "log10(x)": ["1/(x ln 10)", "log10(e)/x"],
    "cosh(x)": ["sinh(x)", "(e^x-e^-x)/2", "sqrt(cosh(x)^2-1) sign(x)"],
    "cbrt(x)": ["1/(3cbrt(x)^2)", "cbrt(x)/(3x)", "1/(3 cbrt(x^2))"],
}
DISGUISES = [
    "{}",
    "({})*1",
    "0+({})",
    "2*({})/2",
    "({})+x-x",
    "-(-({}))",
    "({})*(sin(x)^2+cos(x)^2)",
]


@pytest.mark.parametrize(("function", "claimed", "slips"), WRONG)
def test_wrong_answer_is_refused(function, claimed, slips):
    check = check_gradient(function, claimed)
    assert not check.agrees
    assert check.largest_difference > 0


def test_at_least_nine_of_ten_wrong_answers_are_explained():
    assert len(WRONG) >= 60
    missed = []
    for function, claimed, slips in WRONG:
        diagnosis = check_gradient(function, claimed).diagnosis
        found = {finding.key for finding in diagnosis.findings} if diagnosis else set()
        if not found or not found <= slips:
            missed.append((function, claimed, found))
    assert len(missed) <= len(WRONG) // 10, missed


RIGHT = [
    (function, disguise.format(form))
    for function, forms in FORMS.items()
    for form in forms
    for disguise in DISGUISES
]


def test_there_are_three_hundred_right_answers():
    assert len(RIGHT) >= 300


@pytest.mark.parametrize(("function", "claimed"), RIGHT)
def test_right_answer_in_any_form_is_accepted(function, claimed):
    check = check_gradient(function, claimed)
    assert check.agrees, check
    assert check.diagnosis is None


@pytest.mark.parametrize(
    ("function", "derivative"),
    [(function, forms[0]) for function, forms in FORMS.items()],
)
@pytest.mark.parametrize("factor", ["1.0005", "0.9995"])
def test_derivative_that_is_wrong_by_a_twentieth_of_a_percent_is_refused(function, derivative, factor):
    assert not check_gradient(function, f"{factor}*({derivative})").agrees


def test_factor_and_sign_of_the_whole_are_named():
    assert check_gradient("x^2+3x", "x+1.5").diagnosis.findings[0].key == "factor"
    assert "a factor 2 is lost" in check_gradient("x^2+3x", "x+1.5").diagnosis.sentence
    assert check_gradient("x^2+3x", "-2x-3").diagnosis.findings[0].key == "sign"


def test_worst_point_and_undefined_points_are_reported():
    check = check_gradient("cbrt(x)", "x^(-2/3)/3")
    assert check.agrees
    assert max(check.undefined) < 0
    check = check_gradient("x^2", "2x+1", domain=(0.0, 1.0))
    assert check.largest_difference == pytest.approx(1.0)
    assert 0.0 <= check.worst["x"] <= 1.0
    assert check.claimed_there - check.exact_there == pytest.approx(1.0)


def test_nothing_to_compare_is_no_agreement():
    check = check_gradient("ln(x)", "1/x", domain=(-3.0, -1.0))
    assert not check.agrees
    assert check.compared == 0
    assert math.isnan(check.largest_difference)


@pytest.mark.parametrize(
    ("claimed", "domain", "message"),
    [("2*q", (-1.0, 1.0), "letter q"), ("2x", (1.0, 1.0), "no interval")],
)
def test_misuse_is_told(claimed, domain, message):
    with pytest.raises(ValueError, match=message):
        check_gradient("x^2", claimed, domain=domain)


def test_partial_derivatives_and_step_numbers():
    assert check_gradient("x^2+3xy+y^2", "3x+2y", "y", values={"x": 2.0}).agrees
    finding = check_gradient(
        "sin(a*x)*exp(-x^2/8)", "exp(-x^2/8)*(cos(a*x)-x/4*sin(a*x))"
    ).diagnosis.findings[0]
    assert finding.step == 2


# Functions of several variables


def test_a_region_is_covered_and_slips_over_it_are_found() -> None:
    check = check_gradient("x^2 y", "2x y + x^2", domain=(-1.0, 1.0), region={"y": (2.0, 4.0)})
    assert 2.0 <= check.worst["y"] <= 4.0
    assert check.largest_difference == pytest.approx(1.0, abs=0.02)
    assert check.diagnosis is not None
    assert check.diagnosis.findings[0].key == "other_not_constant"
    assert "y is not taken as a constant in step 1" in check.diagnosis.sentence


def test_without_a_region_the_other_letters_are_parameters() -> None:
    diagnosis = check_gradient("x^2 + y^2", "2x + 2y").diagnosis
    assert diagnosis is None or all("other" not in finding.key for finding in diagnosis.findings)


def test_a_region_may_name_a_letter_that_only_the_claim_has() -> None:
    assert check_gradient("x^2", "2x + y - y", region={"y": (0.0, 1.0)}).agrees
    with pytest.raises(ValueError, match="no interval"):
        check_gradient("x^2", "2x", region={"y": (1.0, 1.0)})


@pytest.mark.parametrize("claim", ["1", "y", "x"])
def test_a_constant_function_has_no_step_to_slip_in(claim) -> None:
    check = check_gradient("3y", claim, "x", region={"y": (-1.0, 1.0)})
    assert not check.agrees
