VALUES = [
    (1000, 'M'), (900, 'CM'), (500, 'D'), (400, 'CD'), (100, 'C'), (90, 'XC'),
    (50, 'L'), (40, 'XL'), (10, 'X'), (9, 'IX'), (5, 'V'), (4, 'IV'), (1, 'I'),
]
LETTERS = {'I': 1, 'V': 5, 'X': 10, 'L': 50, 'C': 100, 'D': 500, 'M': 1000}


def to_roman(number):
    if not 0 < number < 4000:
        raise ValueError(number)
    text = ''
    for value, letters in VALUES:
        while number >= value:
            text += letters
            number -= value
    return text


def from_roman(text):
    total = 0
    for at, letter in enumerate(text):
        value = LETTERS[letter]
        following = LETTERS[text[at + 1]] if at + 1 < len(text) else 0
        if value < following:
            total -= value
        else:
            total += value
    return total


def to_base(number, base):
    if number == 0:
        return '0'
    digits = ''
    while number > 0:
        digits = '0123456789abcdef'[number % base] + digits
        number //= base
    return digits


def digits_sum(number):
    return sum(int(digit) for digit in str(abs(number)))


def is_prime(number):
    if number < 2:
        return False
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True


def primes(count):
    found = []
    candidate = 2
    while len(found) < count:
        if is_prime(candidate):
            found.append(candidate)
        candidate += 1
    return found
